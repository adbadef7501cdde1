import type { Database, DatabaseDriver, Row, SqlValue } from '../database.ts';

/** The part of Node's own `node:sqlite` that we use; the types of Node 20 do not know it. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => DatabaseSync;
}
interface DatabaseSync {
  exec(sql: string): void;
  prepare(sql: string): StatementSync;
  close(): void;
}
interface StatementSync {
  run(...values: readonly SqlValue[]): { readonly changes: number | bigint };
  all(...values: readonly SqlValue[]): Row[];
  get(...values: readonly SqlValue[]): Row | undefined;
}

/** Node's own SQLite, from Node 22.13 on. `module` is what `import('node:sqlite')` gave. */
export function nodeSqliteDriver(module: unknown): DatabaseDriver {
  const { DatabaseSync } = module as NodeSqlite; // Node's documented shape
  return {
    name: 'node:sqlite',
    isThreaded: false,
    async open(path) {
      return new NodeSqliteDatabase(new DatabaseSync(path));
    },
  };
}

/** Each call blocks while SQLite works: group commits keep that to one fsync for all that waits. */
class NodeSqliteDatabase implements Database {
  private readonly connection: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  constructor(connection: DatabaseSync) {
    this.connection = connection;
  }

  async exec(sql: string): Promise<void> {
    this.connection.exec(sql);
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return Number(this.prepared(sql).run(...values).changes);
  }

  async all(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.prepared(sql).all(...values);
  }

  async get(sql: string, values: readonly SqlValue[] = []): Promise<Row | undefined> {
    return this.prepared(sql).get(...values);
  }

  async close(): Promise<void> {
    this.statements.clear();
    this.connection.close();
  }

  private prepared(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.connection.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }
}
