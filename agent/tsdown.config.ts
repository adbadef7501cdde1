import { defineConfig, type UserConfig } from 'tsdown';

/**
 * Each entry is built alone, so that each is one file that needs nothing but `ws`: shared code and its types
 * are inlined, from their TypeScript sources. Beside `index.js` stands what is loaded only on request.
 */
const common: UserConfig = {
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  fixedExtension: false,
  dts: { oxc: true },
  deps: { alwaysBundle: ['@holdfast/shared'], onlyBundle: [] },
  inputOptions: { resolve: { conditionNames: ['source', 'node', 'import', 'default'] } },
  outputOptions: { chunkFileNames: '[name].js' },
  sourcemap: false,
  clean: false,
  report: false,
};

export default defineConfig([
  { ...common, entry: { index: 'src/index.ts' } },
  { ...common, entry: { checks: 'src/checks/index.ts' } },
  { ...common, entry: { testing: 'src/testing/index.ts' } },
]);
