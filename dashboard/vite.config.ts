import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'vite';

/** Static files that need no inline script, no inline style and no other host. */
const config: UserConfig = defineConfig({
  base: './',
  plugins: [react()],
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    // No getter that is only read does anything here: what of Chart.js is not used can go.
    rolldownOptions: { treeshake: { propertyReadSideEffects: false } },
  },
});

export default config;
