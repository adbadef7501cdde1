import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Scope } from './scope.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A wall clock that a test sets, of the processes that are started with its environment. */
export interface SettableClock {
  readonly env: Readonly<Record<string, string>>;
  /** From now on it is that much ahead of the right time; monotonic time goes on as before. */
  set(offsetMs: number): void;
}

/** Needs what `testWhere('libfaketime')` asks for. */
export async function settableClock(scope: Scope): Promise<SettableClock> {
  const file = path.join(await temporaryFolder(scope), 'offset');
  const set = (offsetMs: number): void => {
    const seconds = (offsetMs / 1_000).toFixed(3);
    writeFileSync(`${file}.new`, `${offsetMs < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file); // so that nobody reads half of it
  };
  set(0);
  const times = { FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  return { set, env: { LD_PRELOAD: libraryPath(), ...times } };
}

/** Throws where the clock of a program cannot be set. */
export function tryLibfaketime(): void {
  const env = { ...process.env, LD_PRELOAD: libraryPath(), FAKETIME: '+100d' };
  const shown = execFileSync(process.execPath, ['-p', 'Date.now()'], {
    env,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  const rightMs = Number(execFileSync(process.execPath, ['-p', 'Date.now()'], { encoding: 'utf8' }));
  if (Number(shown) < rightMs + 99 * 86_400_000) throw new Error('the clock does not move with it');
}

/** Where distributions put it. */
function libraryPath(): string {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib'].filter((folder) => existsSync(folder));
  const found = folders
    .flatMap((folder) => [
      folder,
      ...readdirSync(folder)
        .filter((name) => name.endsWith('-linux-gnu'))
        .map((name) => path.join(folder, name)),
    ])
    .map((folder) => path.join(folder, 'faketime', 'libfaketime.so.1'))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error('libfaketime.so.1 is not there');
  return found;
}
