import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunIdentity } from './run-identity.ts';

/** For this user alone. */
const folderMode = 0o700;
export const fileMode = 0o600;

/** Who a run is. */
export const aboutFile = 'run.json';
/** Its resources, in the order of their numbers. */
export const resourcesFile = 'resources';
/** Written again and again while its owner lives. */
export const aliveFile = 'alive';
export const segmentEnding = '.seg';

export interface RunFolderOptions {
  readonly about: RunIdentity;
  /** Makes a folder and those above it. */
  readonly makeFolder: (folder: string) => Promise<void>;
}

/** The folder of one run of an agent, made when the first thing is written. */
export class RunFolder {
  readonly path: string;
  readonly #about: RunIdentity;
  readonly #makeFolder: (folder: string) => Promise<void>;
  #isMade = false;
  #nextSegment = 1;

  constructor(folder: string, { about, makeFolder }: RunFolderOptions) {
    this.path = folder;
    this.#about = about;
    this.#makeFolder = makeFolder;
  }

  get isMade(): boolean {
    return this.#isMade;
  }

  async make(): Promise<void> {
    if (this.#isMade) return;
    await this.#makeFolder(this.path);
    await writeFile(this.#temporary, JSON.stringify(this.#about), { mode: fileMode, flush: true });
    await rename(this.#temporary, join(this.path, aboutFile));
    await syncFolder(dirname(this.path));
    this.#isMade = true;
  }

  /** The next `make` is to look whether it is still there. */
  makeAgain(): void {
    this.#isMade = false;
  }

  /** A file for more batches. */
  async addSegment(): Promise<{ readonly path: string; readonly handle: FileHandle }> {
    const file = this.#nextPath();
    const handle = await open(file, 'wx', fileMode);
    await syncFolder(this.path);
    return { path: file, handle };
  }

  /** Writes a file of its own, at once, at the end of the process. */
  addSegmentSync(parts: readonly Uint8Array[]): void {
    if (!this.#isMade) {
      for (const folder of [dirname(this.path), this.path]) tryToMakeSync(folder);
      // Under another name: what was begun may still be under way.
      const temporary = `${this.#temporary}er`;
      writeAllSync(temporary, [Buffer.from(JSON.stringify(this.#about))]);
      renameSync(temporary, join(this.path, aboutFile));
      this.#isMade = true;
    }
    writeAllSync(this.#nextPath(), parts);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    this.#isMade = false;
  }

  removeSync(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  get #temporary(): string {
    return join(this.path, `${aboutFile}.new`);
  }

  /** Numbered, so that they sort in the order in which they were begun. */
  #nextPath(): string {
    return join(this.path, `${String(this.#nextSegment++).padStart(8, '0')}${segmentEnding}`);
  }
}

/** Where it is not there after this, what is to be written into it says why. */
function tryToMakeSync(folder: string): void {
  try {
    mkdirSync(folder, { mode: folderMode });
  } catch {
    // it is there, or cannot be
  }
}

/** Shows that the owner of a folder lives. */
export async function touch(folder: string): Promise<void> {
  await writeFile(join(folder, aliveFile), '.', { mode: fileMode });
}

function writeAllSync(file: string, parts: readonly Uint8Array[]): void {
  const descriptor = openSync(file, 'w', fileMode);
  try {
    for (const part of parts) {
      for (let written = 0; written < part.length; )
        written += writeSync(descriptor, part, written, part.length - written);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** After a power cut a new file is there only where its folder was written too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined); // not every system opens folders
  await handle?.datasync().catch(() => {}); // nor syncs them
  await handle?.close();
}
