export type SqlValue = number | string | Uint8Array | null;
export type Row = Readonly<Record<string, SqlValue | undefined>>;

/** One connection to a SQLite file, whatever package makes it. Statements are kept prepared by their text. */
export interface Database {
  /** Runs one or more statements without values. */
  exec(sql: string): Promise<void>;
  /** Runs one statement and returns how many rows it changed. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
  all(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  get(sql: string, values?: readonly SqlValue[]): Promise<Row | undefined>;
  close(): Promise<void>;
}

/** A package that can open SQLite files. */
export interface DatabaseDriver {
  readonly name: string;
  /** Whether SQLite works in a thread of its own, so that connections work beside each other. */
  readonly isThreaded: boolean;
  open(path: string): Promise<Database>;
}

/** Lets one piece of work at a time at a connection, in the order of asking. */
export class Queue {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.tail.then(work);
    this.tail = mine.catch(() => {}); // whoever asked hears of it; the next in line goes on
    return mine;
  }
}

export interface TransactionOptions {
  /** False: it costs no fsync, and a power cut may take it back whole until a later one lasts. */
  readonly isLasting?: boolean;
  /** The statement that ends the work, none where it is empty: it takes no trip of its own. */
  readonly last?: () => string;
  /** Called when all is written and only the disk is waited for. Must not throw. */
  readonly meanwhile?: (() => void) | undefined;
}

/** Runs the work in one transaction: all of it is durable when this resolves, or nothing of it happened. */
export async function inTransaction<T>(
  database: Database,
  work: () => Promise<T>,
  { isLasting = true, last = () => '', meanwhile }: TransactionOptions = {},
): Promise<T> {
  // Each says it for itself: no acknowledgement may hang on what the one before left behind.
  await database.exec(`${isLasting ? lasting : passing}; BEGIN IMMEDIATE`);
  try {
    const result = await work();
    const committed = database.exec(`${last()}; COMMIT; ${lasting}`);
    try {
      meanwhile?.();
    } finally {
      await committed;
    }
    return result;
  } catch (error) {
    await database.exec('ROLLBACK').catch(() => {}); // a full disk has rolled it back already
    await database.exec(lasting).catch(() => {}); // whoever begins one says it again
    throw error;
  }
}

const lasting = 'PRAGMA synchronous = FULL';
const passing = 'PRAGMA synchronous = NORMAL';

/** A column that the schema says is a number. */
export function numberIn(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} holds ${typeof value}, not a number`);
  return value;
}

/** A column that the schema says is text. */
export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds ${typeof value}, not text`);
  return value;
}

/** A column that the schema says is bytes. */
export function bytesIn(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array))
    throw new TypeError(`column ${column} holds ${typeof value}, not bytes`);
  return value;
}

export interface Insertion {
  /** `table (column, …)`. */
  readonly into: string;
  readonly columns: number;
  /** What follows `ON CONFLICT`. */
  readonly onConflict?: string;
  /** One statement for up to 64 rows, whatever their number: quicker, but each number is kept prepared. */
  readonly isInOne?: boolean;
}

/** Many rows in few statements: each statement costs a trip to SQLite's thread, whatever it carries. */
export async function insertRows(
  database: Database,
  insertion: Insertion,
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  for (let start = 0; start < rows.length; ) {
    const left = rows.length - start;
    const count = insertion.isInOne ? Math.min(left, 64) : (statementSizes.find((size) => size <= left) ?? 1);
    const values = rows.slice(start, start + count).flat();
    await database.run(insertionText(insertion, count), values);
    start += count;
  }
}

/** Few sizes, so that few statements are kept prepared; any number of rows is a sum of few of them. */
const statementSizes = [64, 32, 16, 8, 4, 2, 1];

function insertionText({ into, columns, onConflict }: Insertion, count: number): string {
  const row = `(${Array.from({ length: columns }, () => '?').join(', ')})`;
  const values = Array.from({ length: count }, () => row).join(', ');
  const conflict = onConflict === undefined ? '' : ` ON CONFLICT ${onConflict}`;
  return `INSERT INTO ${into} VALUES ${values}${conflict}`;
}
