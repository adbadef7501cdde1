#!/usr/bin/env node
// npm links what is there when it installs; in a checkout the build comes later.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('holdfast: not built yet; run: npm run build');
  process.exitCode = 1;
}
