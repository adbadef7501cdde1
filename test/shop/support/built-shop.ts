import path from 'node:path';
import { build } from 'tsdown';
import { repository } from '../../support/product.ts';
import type { Scope } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const services = ['storefront', 'checkout', 'payments', 'inventory'];

/** Builds the services from their sources, each a file of its own that needs nothing beside it. */
export async function buildShop(scope: Scope): Promise<string> {
  const outDir = await temporaryFolder(scope);
  const source = path.join(repository, 'examples/shop/src');
  await build({
    config: false,
    cwd: path.join(repository, 'examples/shop'),
    entry: Object.fromEntries(services.map((name) => [name, path.join(source, name, 'main.ts')])),
    outDir,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    outExtensions: () => ({ js: '.mjs' }),
    dts: false,
    deps: { alwaysBundle: [/.*/], onlyBundle: false },
    inputOptions: { resolve: { conditionNames: ['source', 'node', 'import', 'default'] } },
    logLevel: 'error',
    report: false,
  });
  return outDir;
}
