import type { Database as Connection, RunResult, Statement } from 'sqlite3';
import type { Database, DatabaseDriver, Row, SqlValue } from '../database.ts';

interface Sqlite3 {
  readonly Database: typeof Connection;
}

/** The `sqlite3` package, which works in Node's thread pool. `module` is what `import('sqlite3')` gave. */
export function sqlite3Driver(module: unknown): DatabaseDriver {
  const { default: sqlite3 } = module as { readonly default: Sqlite3 }; // CommonJS: all is in default
  return {
    name: 'sqlite3',
    isThreaded: true,
    open: (path) =>
      new Promise((resolve, reject) => {
        const connection = new sqlite3.Database(path, (error) => {
          if (error === null) resolve(new Sqlite3Database(connection));
          else reject(error);
        });
      }),
  };
}

class Sqlite3Database implements Database {
  private readonly connection: Connection;
  private readonly statements = new Map<string, Promise<Statement>>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  exec(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.connection.exec(sql, (error) => settle(error, resolve, reject));
    });
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    const statement = await this.prepared(sql);
    return new Promise((resolve, reject) => {
      statement.run(values, function (this: RunResult, error: Error | null) {
        settle(error, () => resolve(this.changes), reject);
      });
    });
  }

  async all(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const statement = await this.prepared(sql);
    return new Promise((resolve, reject) => {
      statement.all<Row>(values, (error, rows) => settle(error, () => resolve(rows), reject));
    });
  }

  async get(sql: string, values: readonly SqlValue[] = []): Promise<Row | undefined> {
    const rows = await this.all(sql, values); // a statement that is stepped only once keeps its read lock
    return rows[0];
  }

  async close(): Promise<void> {
    for (const prepared of this.statements.values()) {
      const statement = await prepared.catch(() => undefined);
      await new Promise<void>((resolve) => (statement ? statement.finalize(() => resolve()) : resolve()));
    }
    this.statements.clear();
    await new Promise<void>((resolve, reject) => {
      this.connection.close((error) => settle(error, resolve, reject));
    });
  }

  private prepared(sql: string): Promise<Statement> {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const preparing = new Promise<Statement>((resolve, reject) => {
      const statement = this.connection.prepare(sql, (error: Error | null) => {
        settle(error, () => resolve(statement), reject);
      });
    });
    this.statements.set(sql, preparing);
    preparing.catch(() => this.statements.delete(sql));
    return preparing;
  }
}

function settle(error: Error | null, resolve: () => void, reject: (error: Error) => void): void {
  if (error === null) resolve();
  else reject(error);
}
