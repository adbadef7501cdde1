import sqlite3 from 'sqlite3';

type Value = string | number | null;
type Row = Readonly<Record<string, unknown>>;

/**
 * A SQLite file through the `sqlite3` package, with the two calls that the stores need. On Node 22.13 and
 * newer `DatabaseSync` of `node:sqlite` has the same two: `prepare(sql).run(...values).changes` and
 * `prepare(sql).all(...values)`.
 */
export class Connection {
  readonly #database: sqlite3.Database;

  private constructor(database: sqlite3.Database) {
    this.#database = database;
  }

  /** Opens the file, or makes it. Another process may hold the lock for a while: it is waited for. */
  static async open(file: string): Promise<Connection> {
    const database = await new Promise<sqlite3.Database>((resolve, reject) => {
      const opened = new sqlite3.Database(file, (error) =>
        error === null ? resolve(opened) : reject(error),
      );
    });
    const connection = new Connection(database);
    await connection.all('PRAGMA busy_timeout = 5000');
    await connection.all('PRAGMA journal_mode = WAL');
    return connection;
  }

  /** Runs one statement, and answers how many rows it changed. */
  run(sql: string, values: readonly Value[] = []): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#database.run(sql, values, function (this: sqlite3.RunResult, error: Error | null) {
        if (error === null) resolve(this.changes);
        else reject(error);
      });
    });
  }

  all(sql: string, values: readonly Value[] = []): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      this.#database.all<Row>(sql, values, (error, rows) => (error === null ? resolve(rows) : reject(error)));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#database.close((error) => (error === null ? resolve() : reject(error)));
    });
  }
}
