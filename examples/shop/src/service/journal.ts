import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import path from 'node:path';

export interface JournalOptions<T> {
  /** Where its file stands. Without a folder nothing is kept past the end of the process. */
  readonly folder: string | undefined;
  readonly name: string;
  /** Reads a record back; throws where it is none. */
  readonly read: (record: unknown) => T;
}

/** At this many records the file is written anew from what is still needed. */
const compactFrom = 50_000;

const minFreeBytes = 16 * 1024 * 1024;

/**
 * What a service must still know after a crash, a JSON line a record. A record is handed to the system before
 * the caller gets its answer, so that it outlives the process, though not a power cut: this is a shop window.
 */
export class Journal<T> {
  /** What was in the file when the process started, oldest first. */
  readonly past: readonly T[];
  readonly #file: string | undefined;
  #recordCount: number;

  constructor({ folder, name, read }: JournalOptions<T>) {
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
    this.#file = folder === undefined ? undefined : path.join(folder, `${name}.jsonl`);
    this.past = this.#file !== undefined && existsSync(this.#file) ? readRecords(this.#file, read) : [];
    this.#recordCount = this.past.length;
  }

  /**
   * Adds a record. `stillNeeded` gives all that a restart has to find; it is only asked when the file is
   * long.
   */
  append(record: T, stillNeeded: () => readonly T[]): void {
    if (this.#file === undefined) return;
    appendFileSync(this.#file, `${JSON.stringify(record)}\n`);
    this.#recordCount += 1;
    if (this.#recordCount >= compactFrom) this.#compact(this.#file, stillNeeded());
  }

  /** Rejects with the reason where the next record could not be written. */
  async check(): Promise<void> {
    if (this.#file === undefined) return;
    const folder = path.dirname(this.#file);
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < minFreeBytes)
      throw new Error(`less than ${minFreeBytes} bytes are free in ${folder}`);
  }

  #compact(file: string, records: readonly T[]): void {
    writeFileSync(`${file}.new`, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    renameSync(`${file}.new`, file);
    this.#recordCount = records.length;
  }
}

function readRecords<T>(file: string, read: (record: unknown) => T): T[] {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n');
  // A process that was killed while it wrote leaves half a line. Nobody was answered for it, and it must not
  // run into the next record.
  if (lines.pop() !== '') writeFileSync(file, text.slice(0, text.lastIndexOf('\n') + 1));
  return lines.map((line): T => {
    const record: unknown = JSON.parse(line);
    return read(record);
  });
}
