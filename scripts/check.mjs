// Everything that can be said about the sources without running them. `tidy` is a test: see test/tidy.
import { isMain, runAll } from './run.mjs';

/** @type {readonly import('./run.mjs').Job[]} */
const jobs = [
  { name: 'types', command: ['tsc', '-b'], mend: 'correct the types above' },
  {
    name: 'lint',
    command: ['oxlint', '--type-aware', '--deny-warnings'],
    mend: 'follow the help lines above; `npx oxlint --type-aware --fix` does what is safe',
  },
  { name: 'format', command: ['biome', 'format', '--error-on-warnings'], mend: 'npm run format' },
  {
    name: 'dead code and dependencies',
    command: ['knip'],
    mend: 'remove what is listed, or keep to its file what only that uses; entries are in knip.json',
  },
];

/** Runs all of it. @returns {Promise<{ passed: number, failed: number }>} */
export function check() {
  return runAll(jobs);
}

if (isMain(import.meta.url) && (await check()).failed > 0) process.exitCode = 1;
