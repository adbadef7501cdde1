import { existsSync } from 'node:fs';
import { copyFile, chmod, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, CollectorError } from '../errors.ts';
import { chooseDriver } from '../store/drivers/choose-driver.ts';
import { checkFile } from '../store/check-file.ts';
import { databaseName, lockFolder } from '../store/open-files.ts';
import { flush, mustBeWhole } from './files.ts';

export interface Restored {
  /** Where the data went that was there before; absent where there was none. */
  readonly keptAs?: string;
}

/**
 * Puts a backup in the place of a stopped collector's data. What was there is kept beside it. Throws a
 * `CollectorError`, with nothing changed, where the file is no whole backup or a collector runs on the
 * folder.
 */
export async function restore(file: string, dataDir: string): Promise<Restored> {
  const driver = await chooseDriver();
  await checkFile(file, 'Give a file that holdfast admin backup made');
  await mustBeWhole(file, driver);
  const unlock = await lockFolder(dataDir, driver);
  const place = path.join(dataDir, databaseName);
  const incoming = `${place}.incoming`;
  try {
    await copyFile(file, incoming);
    await chmod(incoming, 0o600);
    await flush(incoming);
    const keptAs = await setAside(place);
    await rename(incoming, place);
    await flush(dataDir);
    return keptAs === undefined ? {} : { keptAs };
  } catch (error) {
    await rm(incoming, { force: true });
    throw new CollectorError('folder_unusable', `${dataDir} cannot be restored: ${messageOf(error)}`, error);
  } finally {
    await unlock();
  }
}

/** Moves a database away with what stands beside it: without its write-ahead log it would not be whole. */
async function setAside(place: string): Promise<string | undefined> {
  if (!existsSync(place)) return undefined;
  let keptAs = `${place}.before-restore`;
  for (let number = 2; existsSync(keptAs); number++) keptAs = `${place}.before-restore-${number}`;
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(`${place}${suffix}`)) await rename(`${place}${suffix}`, `${keptAs}${suffix}`);
  }
  return keptAs;
}
