// What npm would publish, looked at from outside. Needs the build.
import { isMain, runAll } from './run.mjs';

/** @type {readonly import('./run.mjs').Job[]} */
const jobs = [
  {
    name: 'agent: package.json leads to its files',
    command: ['publint', '--strict', 'agent'],
    mend: 'correct agent/package.json or agent/tsdown.config.ts',
  },
  {
    name: 'agent: its types are found by every way of importing it',
    command: ['attw', '--pack', 'agent', '--profile', 'esm-only'],
    mend: 'correct `exports` in agent/package.json',
  },
  {
    name: 'agent: no larger than it was, minified and gzipped, without ws',
    command: ['size-limit'],
    mend: 'make it smaller; docs/decisions/0008-size-of-the-agent.md says where the bytes are',
  },
  {
    name: 'holdfast: package.json leads to its files',
    command: ['publint', '--strict', 'cli'],
    mend: 'correct cli/package.json or cli/tsdown.config.ts',
  },
];

/** Runs all of it. @returns {Promise<{ passed: number, failed: number }>} */
export function checkPackages() {
  return runAll(jobs);
}

if (isMain(import.meta.url) && (await checkPackages()).failed > 0) process.exitCode = 1;
