import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
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
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-demo-'));
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
