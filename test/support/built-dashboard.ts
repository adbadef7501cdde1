import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { startProcess } from './process.ts';
import type { Scope } from './scope.ts';
import { temporaryFolder } from './temporary-folder.ts';

const root = fileURLToPath(new URL('../../dashboard', import.meta.url));
const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));

/** Builds the page from its sources into a folder that goes with the scope. */
export async function buildDashboard(scope: Scope): Promise<string> {
  const dist = await temporaryFolder(scope);
  const command = [process.execPath, vite, 'build', '--logLevel', 'error', '--outDir', dist, '--emptyOutDir'];
  const built = startProcess(scope, command, { cwd: root, env: { NODE_ENV: 'production' } });
  expect((await built.waitForExit(60_000)).code, built.output()).toBe(0);
  return dist;
}
