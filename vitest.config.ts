import { defineConfig } from 'vitest/config';

// Node gets them too: with `import` or `module` among them, a package that is required would be given as ESM.
const conditions = ['source', 'node'];

const long = {
  extends: true as const,
  test: {
    name: 'long',
    include: ['test/long/**/*.test.ts'],
    fileParallelism: false,
  },
};

/**
 * `unit` runs the sources in this process; `end-to-end` starts the built product, one test file at a time.
 * `long` takes minutes even at its smallest: it is there for `npm run test:long`, which names it.
 */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/end-to-end/**', 'test/long/**', '**/node_modules/**'],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      ...(process.env['TEST_LONG'] === undefined ? [] : [long]),
    ],
  },
});
