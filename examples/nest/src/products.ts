import type { Executor } from '@holdfast/agent';
import { Controller, type DynamicModule, Get, Inject, Param } from '@nestjs/common';

export interface CatalogueAccess {
  /** What stands between this service and the catalogue. */
  readonly catalogue: Executor;
  readonly catalogueUrl: string;
}

@Controller('products')
class Products {
  readonly #access: CatalogueAccess;

  constructor(@Inject('catalogue') access: CatalogueAccess) {
    this.#access = access;
  }

  @Get(':sku')
  product(@Param('sku') sku: string): Promise<unknown> {
    const { catalogue, catalogueUrl } = this.#access;
    const url = `${catalogueUrl}/${encodeURIComponent(sku)}`;
    return catalogue.execute(({ signal }) => getJson(url, signal));
  }
}

class WindowModule {
  readonly name = 'window';
}

export function windowModule(access: CatalogueAccess): DynamicModule {
  const providers = [{ provide: 'catalogue', useValue: access }];
  return { module: WindowModule, controllers: [Products], providers };
}

async function getJson(url: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw Object.assign(new Error('no product'), { status: answer.status });
  return answer.json();
}
