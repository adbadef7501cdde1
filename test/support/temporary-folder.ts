import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Scope } from './scope.ts';

/** The path of a fresh, empty folder that is removed with all it holds when the scope ends. */
export async function temporaryFolder(scope: Scope): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-test-'));
  scope.onEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
