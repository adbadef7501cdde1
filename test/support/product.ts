import { existsSync } from 'node:fs';
import path from 'node:path';
import { startProcess, type ProcessOptions, type RunningProcess } from './process.ts';
import type { Scope } from './scope.ts';

/** The root of the repository. */
export const repository: string = path.resolve(import.meta.dirname, '../..');

/** Starts the built `holdfast` with these arguments. Colour is off unless the test asks for it. */
export function startHoldfast(
  scope: Scope,
  args: readonly string[],
  options: ProcessOptions = {},
): RunningProcess {
  return startProcess(scope, holdfastCommand(args), { ...options, env: { NO_COLOR: '1', ...options.env } });
}

/** The command line of the built `holdfast`, for a terminal. */
export function holdfastCommand(args: readonly string[]): string[] {
  const main = path.join(repository, 'cli/dist/main.js');
  if (!existsSync(main)) throw new Error(`${main} is not there; run: npm run build`);
  return [process.execPath, main, ...args];
}
