import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface DataFolder {
  readonly path: string;
  readonly isTemporary: boolean;
  /** Removes it where it is temporary. */
  close(): Promise<void>;
}

/** The folder that is named, which is kept; or a temporary one, which goes with this process. */
export async function openDataFolder(named: string | undefined): Promise<DataFolder> {
  if (named !== undefined) {
    await mkdir(named, { recursive: true });
    return { path: named, isTemporary: false, close: async () => {} };
  }
  await removeOrphans(tmpdir());
  const folder = await mkdtemp(path.join(tmpdir(), `${prefix}${process.pid}-`));
  const removeAtOnce = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeAtOnce); // for an end that waits for nothing
  return {
    path: folder,
    isTemporary: true,
    close: async () => {
      process.off('exit', removeAtOnce);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const prefix = 'holdfast-demo-';

/** A demo that was killed could not tidy up. Only folders whose owner is dead are touched. */
async function removeOrphans(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const pid = Number(/^(\d+)-\w+$/.exec(name.slice(prefix.length))?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    await rm(path.join(parent, name), { recursive: true, force: true }).catch(() => {}); // somebody else's
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
