import { existsSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CollectorError, messageOf } from '../errors.ts';
import { chooseDriver } from '../store/drivers/choose-driver.ts';
import { databaseName } from '../store/open-files.ts';
import { flush, inspect, mustBeWhole } from './files.ts';

export interface Backup {
  readonly file: string;
  readonly bytes: number;
}

/**
 * Writes the data of a collector into one file, as it is at one moment, also while the collector runs. The
 * file appears whole or not at all, is checked, and only its owner can read it. Throws a `CollectorError`
 * where there is no data, or something is in the file's place.
 */
export async function backUp(dataDir: string, file: string): Promise<Backup> {
  if (existsSync(file))
    throw new CollectorError('file_exists', `${file} exists already; move it away, or choose another name`);
  const driver = await chooseDriver();
  const partial = `${file}.partial`;
  try {
    await rm(partial, { force: true }); // of a backup that was killed
    // Where that cannot be done, it is not for SQLite to say so.
    await writeFile(partial, '', { mode: 0o600, flag: 'wx' });
    await inspect(path.join(dataDir, databaseName), driver, (database) =>
      database.run('VACUUM INTO ?', [partial]),
    );
    await mustBeWhole(partial, driver);
    await flush(partial);
    await rename(partial, file);
    await flush(path.dirname(file));
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof CollectorError) throw error;
    const folder = path.dirname(file);
    if (!existsSync(folder))
      throw new CollectorError('no_such_file', `there is no folder ${folder} for ${path.basename(file)}`);
    throw new CollectorError('folder_unusable', `${file} cannot be written: ${messageOf(error)}`, error);
  }
  return { file, bytes: (await stat(file)).size };
}
