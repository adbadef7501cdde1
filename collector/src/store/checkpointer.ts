import type { Log } from '../log.ts';
import { messageOf } from '../errors.ts';
import { type Database, type DatabaseDriver, textIn } from './database.ts';

/** A quarter of where a commit would checkpoint by itself, so that little is left for that one to do. */
const everyBytes = 4 * 1_024 * 1_024;
/** Before it, a checkpoint beside a writer could reset the log under it and damage the database. */
const firstSafe = [3, 51, 3] as const;

/**
 * Folds the write-ahead log into the database on a connection of its own, so that no commit waits for it.
 * Only where SQLite works in threads and is of a version that may do so; elsewhere commits checkpoint, every
 * 16 MiB, as they also do here where this falls behind.
 */
export class Checkpointer {
  private readonly connection: Database | undefined;
  private readonly log: Log;
  private waitingBytes = 0;
  private running: Promise<void> | undefined;

  private constructor(connection: Database | undefined, log: Log) {
    this.connection = connection;
    this.log = log;
  }

  static async open(file: string, driver: DatabaseDriver, log: Log): Promise<Checkpointer> {
    if (!driver.isThreaded) return new Checkpointer(undefined, log);
    const connection = await driver.open(file);
    if (await maySitBeside(connection)) return new Checkpointer(connection, log);
    await connection.close();
    return new Checkpointer(undefined, log);
  }

  /** Notes that about so many bytes were committed. */
  note(bytes: number): void {
    this.waitingBytes += bytes;
    if (this.connection === undefined || this.running !== undefined || this.waitingBytes < everyBytes) return;
    this.waitingBytes = 0;
    this.running = this.run(this.connection).finally(() => (this.running = undefined));
  }

  async close(): Promise<void> {
    await this.running;
    await this.connection?.close();
  }

  /** Passive: it waits for nobody, and nobody for it. */
  private async run(connection: Database): Promise<void> {
    try {
      await connection.all('PRAGMA wal_checkpoint(PASSIVE)');
    } catch (error) {
      this.log('warning', `the write-ahead log could not be folded beside commits: ${messageOf(error)}`);
    }
  }
}

async function maySitBeside(connection: Database): Promise<boolean> {
  const [row = {}] = await connection.all('SELECT sqlite_version() AS version');
  return isAtLeast(textIn(row, 'version').split('.').map(Number), firstSafe);
}

function isAtLeast(version: readonly number[], least: readonly number[]): boolean {
  const differs = least.findIndex((part, place) => (version[place] ?? 0) !== part);
  return differs === -1 || (version[differs] ?? 0) > (least[differs] ?? 0);
}
