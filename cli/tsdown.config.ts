import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, type UserConfig } from 'tsdown';

/**
 * One folder of plain files: what a command does not need stays in a chunk of its own until it is imported.
 * The collector, shared code and the shop (with its agent) are inlined from their sources; what comes from
 * the registry stays a dependency. The shop's services are entries of their own because each runs in its own
 * process.
 */
const config: UserConfig = {
  entry: { main: 'src/main.ts', ...shopServices() },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  fixedExtension: false,
  dts: false,
  minify: false,
  sourcemap: false,
  deps: { alwaysBundle: [/^@holdfast\//], onlyBundle: [] },
  inputOptions: { resolve: { conditionNames: ['source', 'node', 'import', 'default'] } },
  clean: false,
  report: false,
};

export default defineConfig(config);

/** Each NAME/main.ts of the shop, as shop/NAME. */
function shopServices(): Record<string, string> {
  const source = path.resolve(import.meta.dirname, '../examples/shop/src');
  const names = readdirSync(source).filter((name) => existsSync(path.join(source, name, 'main.ts')));
  return Object.fromEntries(names.map((name) => [`shop/${name}`, path.join(source, name, 'main.ts')]));
}
