import { mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { CollectorError, messageOf, systemCode } from '../errors.ts';
import { checkFile } from './check-file.ts';
import { type Database, type DatabaseDriver, inTransaction, numberIn } from './database.ts';
import { applicationId, migrations, schema, schemaVersion } from './schema.ts';
import { assertSound } from './soundness.ts';

/** The open connections of a data folder. */
export interface OpenFiles {
  /** The only connection that writes, and that checkpoints. */
  readonly writer: Database;
  /** For queries, so that a long one never delays a commit. */
  readonly reader: Database;
  close(): Promise<void>;
}

export const databaseName = 'holdfast.db';
const lockName = 'holdfast.lock';

/**
 * Opens a data folder, which is made where it is missing (mode 0700, its files 0600), and keeps other
 * collectors out of it. Throws a `CollectorError` that names the folder or file, what is wrong with it, and
 * the mend.
 */
export async function openFiles(folder: string, driver: DatabaseDriver): Promise<OpenFiles> {
  const file = path.join(folder, databaseName);
  await makeFolder(folder);
  await checkFile(file);
  const unlock = await lockFolder(folder, driver);
  try {
    await makeFile(file);
    const writer = await openWriter(file, driver);
    const reader = await openReader(file, driver);
    return {
      writer,
      reader,
      async close() {
        await reader.close(); // before the writer, which folds the write-ahead log into the file as it closes
        await writer.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    if (error instanceof CollectorError) throw error;
    throw new CollectorError(
      'database_refused',
      `${file} cannot be opened: ${messageOf(error)}. Move it away, or choose another folder with --data`,
      error,
    );
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await makeWithParents(path.resolve(folder));
  } catch (error) {
    throw unusable(folder, error);
  }
}

/** One after the other: where nothing can be made, as in /proc, Node's recursive `mkdir` never ends. */
async function makeWithParents(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeWithParents(parent);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (!(await isFolder(folder))) throw error; // else somebody was faster
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined); // why not, the attempt to make it tells
  return found?.isDirectory() === true;
}

/** SQLite gives the files that it makes beside this one the same mode. */
async function makeFile(file: string): Promise<void> {
  try {
    const made = await open(file, 'a', 0o600);
    await made.close();
  } catch (error) {
    throw unusable(path.dirname(file), error);
  }
}

function unusable(folder: string, error: unknown): CollectorError {
  const isInTheWay = ['EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '');
  const why = isInTheWay ? 'a file is in its place' : messageOf(error);
  return new CollectorError(
    'folder_unusable',
    `the data folder ${folder} cannot be used: ${why}. Choose another with --data`,
    error,
  );
}

/**
 * Keeps collectors out of a folder, which is made where it is missing, until the answer is called. Throws a
 * `CollectorError` where one runs on it.
 */
export async function lockFolder(folder: string, driver: DatabaseDriver): Promise<() => Promise<void>> {
  await makeFolder(folder);
  await makeFile(path.join(folder, lockName));
  const lock = await takeLock(folder, driver);
  return () => lock.close();
}

/**
 * An exclusive transaction on an empty database beside ours. The system lets go of it when the process ends,
 * however it ends, which a file with a process id in it would not.
 */
async function takeLock(folder: string, driver: DatabaseDriver): Promise<Database> {
  const lock = await driver.open(path.join(folder, lockName));
  try {
    await lock.exec('PRAGMA busy_timeout = 0');
    await lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    await lock.close();
    throw new CollectorError(
      'folder_in_use',
      `the data folder ${folder} is in use by another collector; stop it, or choose another with --data`,
      error,
    );
  }
}

async function openWriter(file: string, driver: DatabaseDriver): Promise<Database> {
  const writer = await driver.open(file);
  try {
    await prepareWriter(file, writer);
    return writer;
  } catch (error) {
    await writer.close();
    throw error;
  }
}

async function prepareWriter(file: string, writer: Database): Promise<void> {
  await writer.exec('PRAGMA busy_timeout = 5000; PRAGMA page_size = 16384; PRAGMA cache_size = -32768');
  const version = numberIn(await writer.get('PRAGMA user_version'), 'user_version');
  if (version === 0) {
    await createSchema(writer);
  } else {
    await assertSound(file, writer);
    await migrate(writer, version);
  }
  await writer.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864',
  );
}

/** Before the switch to the write-ahead log, so that the marks of `checkFile` stand in the file itself. */
async function createSchema(writer: Database): Promise<void> {
  await inTransaction(writer, () =>
    writer.exec(
      `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; ${schema}`,
    ),
  );
}

/** All in one transaction: a start that is interrupted leaves the database as it was. */
async function migrate(writer: Database, from: number): Promise<void> {
  const versions = Array.from({ length: schemaVersion - from }, (_, index) => from + 1 + index);
  if (versions.length === 0) return;
  const steps = versions.map((version) => migrations[version] ?? '').join(';');
  await inTransaction(writer, () => writer.exec(`${steps}; PRAGMA user_version = ${schemaVersion}`));
}

async function openReader(file: string, driver: DatabaseDriver): Promise<Database> {
  const reader = await driver.open(file);
  await reader.exec('PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA cache_size = -16384');
  return reader;
}
