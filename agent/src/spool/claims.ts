import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { isGone } from './errors.ts';
import { readIdentity, segmentBytesIn } from './left-run.ts';
import { isRunning, isSameProcess } from './owner.ts';
import { aliveFile, fileMode, segmentEnding } from './run-folder.ts';
import type { RunIdentity } from './run-identity.ts';

/** Stands where a run has no owner any more. */
const nobody = 'left';
/** How the name of a run begins that no collector takes. */
const refused = 'refused';

/** The folder of a run. Its owner is a part of its name, so that changing the owner is one rename. */
export function folderOf(
  directory: string,
  { service, instance, epoch }: RunIdentity,
  owner: string,
): string {
  const key = crc32(`${service}\n${instance}\n${epoch}`);
  return join(directory, `run_${epoch}_${key.toString(16)}_${owner}`);
}

/** Gives a folder up, so that any process may take it. Returns where it is then. */
export async function giveUp(folder: string): Promise<string> {
  const left = renamed(folder, nobody);
  await rename(folder, left);
  return left;
}

/**
 * Puts a folder where nobody takes it any more. What stands there takes `maxBytes` at most: the oldest goes,
 * and this one too where it alone takes more.
 */
export async function setAside(folder: string, maxBytes: number): Promise<void> {
  const directory = dirname(folder);
  await rename(folder, join(directory, basename(folder).replace(/^run/, refused)));
  const names = (await readdir(directory)).filter((name) => name.startsWith(`${refused}_`));
  const found = await Promise.all(
    names.map(async (name) => {
      const at = join(directory, name);
      return { at, changedMs: (await stat(at)).mtimeMs, bytes: await segmentBytesIn(at) };
    }),
  );
  let roomBytes = maxBytes;
  for (const { at, bytes } of found.sort((a, b) => b.changedMs - a.changedMs)) {
    roomBytes -= bytes;
    if (roomBytes < 0) await rm(at, { recursive: true, force: true });
  }
}

export interface ClaimOptions {
  readonly directory: string;
  readonly owner: string;
  readonly service: string;
  /** The instance that this process speaks for. No other that lives has its name. */
  readonly instance: string;
  /** Whether folders of this instance are wanted, or those of the others. */
  readonly isOwn: boolean;
  /** Folders that are not wanted again. */
  readonly passedOver: ReadonlySet<string>;
}

/**
 * Takes the folders of this service that dead processes have left. Of several who want one, the first rename
 * wins; the others find nothing under the old name. Returns where they are now.
 */
export async function claimLeft(options: ClaimOptions): Promise<string[]> {
  const { directory, owner } = options;
  const claimed: string[] = [];
  const names = await readdir(directory).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw error;
  });
  for (const name of names) {
    const holder = /^run_[^_]+_[0-9a-f]+_([^_]+)$/.exec(name)?.[1];
    const folder = join(directory, name);
    if (holder === undefined || holder === owner || options.passedOver.has(folder)) continue;
    // What another process takes or clears away meanwhile is gone from under our hands.
    const taken = await claim(folder, holder, options).catch(() => undefined);
    if (taken !== undefined) claimed.push(taken);
  }
  return claimed;
}

async function claim(folder: string, holder: string, options: ClaimOptions): Promise<string | undefined> {
  const { owner, service, instance, isOwn } = options;
  const identity = await readIdentity(folder).catch(() => undefined);
  if (identity === undefined && (await isLeft(folder, holder, { owner, isOwn: false })))
    await removeEmpty(folder);
  if (identity?.service !== service || (identity.instance === instance) !== isOwn) return undefined;
  if (!(await isLeft(folder, holder, { owner, isOwn }))) return undefined;
  const taken = renamed(folder, owner);
  await rename(folder, taken);
  return taken;
}

function renamed(folder: string, owner: string): string {
  return folder.replace(/_[^_]+$/, `_${owner}`);
}

/** Whether its owner is gone. Where that cannot be told, an own one is: no two that live have one name. */
async function isLeft(
  folder: string,
  holder: string,
  { owner, isOwn }: Pick<ClaimOptions, 'owner' | 'isOwn'>,
): Promise<boolean> {
  if (holder === nobody) return true;
  const runs = await isRunning(holder);
  if (runs === false || (runs === undefined && isOwn)) return true;
  // Whose process cannot be seen from here, of another container for instance, shows by its files; so does
  // an agent of this process, which may have ended with its thread.
  return (runs === undefined || isSameProcess(holder, owner)) && isStale(folder);
}

/** Whether nothing was written for long, by the clock of the file system. */
async function isStale(folder: string): Promise<boolean> {
  // Of a name that is none of a run: one that stays behind is not looked at.
  const probe = join(dirname(folder), `now_${basename(folder)}`);
  try {
    await writeFile(probe, '.', { mode: fileMode });
    const now = (await stat(probe)).mtimeMs;
    const made = (await stat(folder)).mtimeMs;
    const alive = await stat(join(folder, aliveFile)).catch(() => undefined);
    return now - Math.max(made, alive?.mtimeMs ?? 0) > staleAfterMs;
  } finally {
    await rm(probe, { force: true });
  }
}

/** Whoever made it came to its end before it had written whose it is, and so without a batch. */
async function removeEmpty(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (!names.some((name) => name.endsWith(segmentEnding))) await rm(folder, { recursive: true, force: true });
}

/** Four times as long as an owner may be silent. */
const staleAfterMs = 60_000;
