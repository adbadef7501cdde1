import { randomBytes } from 'node:crypto';
import { rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';

export const reserveName = 'holdfast.reserve';
/**
 * What the write-ahead log may hold before it is folded into the database, which grows by as much at most:
 * with less, nothing could be folded on a full disk.
 */
export const reserveBytes: number = 16 * 1_024 * 1_024;

/** A file that only takes up space, so that there is some to give away once the disk is full. */
export class Reserve {
  private readonly folder: string;
  private readonly file: string;

  constructor(folder: string) {
    this.folder = folder;
    this.file = path.join(folder, reserveName);
  }

  /** Makes it anew; throws where there is no space for it. */
  async make(): Promise<void> {
    await this.giveUp();
    try {
      // Of random bytes, as file systems may compress others.
      await writeFile(this.file, pieces(), { mode: 0o600 });
    } catch (error) {
      await this.giveUp();
      throw error;
    }
  }

  giveUp(): Promise<void> {
    return rm(this.file, { force: true });
  }

  /** Bytes that can still be written beside it. */
  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize;
  }
}

function* pieces(): Iterable<Buffer> {
  const piece = randomBytes(1_024 * 1_024);
  for (let left = reserveBytes; left > 0; left -= piece.length) yield piece;
}
