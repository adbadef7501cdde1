// Runs the benchmarks of test/bench one after the other, so that they do not disturb each other.
// `npm run bench -- breaker` runs those whose name holds "breaker".
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { root, show } from './run.mjs';

const folder = path.join(root, 'test/bench');
const wanted = process.argv.slice(2);
const names = (await readdir(folder).catch(() => []))
  .filter(
    (name) =>
      name.endsWith('.mjs') &&
      name !== 'measure.mjs' &&
      (wanted.length === 0 || wanted.some((part) => name.includes(part))),
  )
  .toSorted();

if (names.length === 0) {
  console.error(
    `no benchmark in test/bench ${wanted.length === 0 ? '' : `is named like ${wanted.join(', ')}`}`,
  );
  process.exitCode = 1;
}
for (const name of names) {
  console.log(`\n== ${path.basename(name, '.mjs')}`);
  if ((await show([process.execPath, '--expose-gc', path.join(folder, name)])) !== 0) process.exitCode = 1;
}
