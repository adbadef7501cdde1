import { createAgent } from '@holdfast/agent';
import { BaseExceptionFilter, NestFactory } from '@nestjs/core';
import { windowModule } from './products.ts';

export interface Settings {
  readonly port: number;
  /** The service that knows the products: it answers `GET /:sku`. */
  readonly catalogueUrl: string;
  /** How many may be served at once; the others are told to come again. */
  readonly maxRequests: number;
  /** How long to go on answering after SIGTERM, until nobody sends requests here any more. */
  readonly drainMs: number;
}

/** A shop window that shows its products without a price while the catalogue is away. */
export async function start(settings: Settings): Promise<{ readonly url: string }> {
  const { port, catalogueUrl, maxRequests, drainMs } = settings;
  const agent = createAgent({ service: 'window' });
  const catalogue = agent.pipeline('catalogue', {
    timeoutMs: 2_000,
    circuitBreaker: { minimumCalls: 5, window: { kind: 'count', size: 10 } },
    fallback: () => ({ price: 'ask us' }),
  });

  const app = await NestFactory.create(windowModule({ catalogue, catalogueUrl }), { logger: ['error'] });
  const holdfast = agent.nest({ shed: { concurrency: { limit: maxRequests } } });
  app.use(holdfast.middleware); // health and shedding
  app.useGlobalFilters(holdfast.filter(new BaseExceptionFilter(app.getHttpAdapter()))); // errors

  agent.drainOn('SIGTERM', { afterMs: drainMs, close: () => app.close() });
  await app.listen(port, '127.0.0.1');
  return { url: await app.getUrl() };
}
