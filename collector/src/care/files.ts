import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { CollectorError, messageOf } from '../errors.ts';
import { checkFile } from '../store/check-file.ts';
import type { Database, DatabaseDriver } from '../store/database.ts';
import { problemsIn } from '../store/integrity.ts';

/** Looks at a database that nobody writes through this connection, and closes it. */
export async function inspect<T>(
  file: string,
  driver: DatabaseDriver,
  look: (database: Database) => Promise<T>,
): Promise<T> {
  if (!existsSync(file)) throw new CollectorError('no_such_file', `there is no file ${file}`);
  await checkFile(file);
  const database = await driver.open(file);
  try {
    await database.exec('PRAGMA busy_timeout = 5000');
    return await look(database);
  } catch (error) {
    if (error instanceof CollectorError) throw error;
    throw new CollectorError('database_refused', `${file} cannot be read: ${messageOf(error)}`, error);
  } finally {
    await database.close();
  }
}

/** Throws where a database is damaged, with the first damage. */
export async function mustBeWhole(file: string, driver: DatabaseDriver): Promise<void> {
  const [problem] = await inspect(file, driver, problemsIn);
  if (problem !== undefined) throw new CollectorError('database_refused', `${file} is damaged: ${problem}`);
}

/** Makes a file, or the names in a folder, survive a power cut. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
