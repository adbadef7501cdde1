// Builds the two packages: agent/dist, and cli/dist with the dashboard and the shop in it.
import { chmod, copyFile, cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { isMain, root, runAll } from './run.mjs';

const folders = ['agent/dist', 'dashboard/dist', 'cli/dist'];

/** @type {readonly import('./run.mjs').Job[]} */
const jobs = [
  { name: 'build the dashboard', command: ['vite', 'build', '--logLevel', 'warn'], cwd: 'dashboard' },
  { name: 'build the command line with collector and shop', command: ['tsdown'], cwd: 'cli' },
  { name: 'build the agent', command: ['tsdown'], cwd: 'agent' },
];

/** @returns {Promise<boolean>} whether everything was built */
export async function build() {
  await Promise.all(folders.map((folder) => rm(path.join(root, folder), { recursive: true, force: true })));
  const { failed } = await runAll(jobs, jobs.length);
  if (failed > 0) return false;
  await cp(path.join(root, 'dashboard/dist'), path.join(root, 'cli/dist/dashboard'), { recursive: true });
  await chmod(path.join(root, 'cli/dist/main.js'), 0o755);
  for (const folder of ['agent', 'cli'])
    await copyFile(path.join(root, 'LICENSE'), path.join(root, folder, 'LICENSE'));
  return true;
}

if (isMain(import.meta.url) && !(await build())) process.exitCode = 1;
