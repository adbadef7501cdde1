import type { IdempotencyStore, KeptKey, KeyClaim, KeyCompletion, KeyHolding } from '@holdfast/agent';
import type { Connection } from './connection.ts';

/** Keys and their outcomes in a SQLite file that all processes of a service open. */
export class SqliteKeys implements IdempotencyStore {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async open(connection: Connection): Promise<SqliteKeys> {
    await connection.run(`CREATE TABLE IF NOT EXISTS holdfast_keys (
      key TEXT PRIMARY KEY, owner TEXT NOT NULL, fingerprint TEXT NOT NULL,
      until_at REAL NOT NULL, outcome TEXT
    ) WITHOUT ROWID`);
    await connection.run('CREATE INDEX IF NOT EXISTS holdfast_keys_until ON holdfast_keys (until_at)');
    return new SqliteKeys(connection);
  }

  /** One statement claims: SQLite lets nobody come between its look and its write. */
  async begin({ key, owner, fingerprint, nowAt, untilAt }: KeyClaim): Promise<KeptKey | undefined> {
    const claimed = await this.#connection.run(
      `INSERT INTO holdfast_keys AS known VALUES (?, ?, ?, ?, NULL)
       ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, fingerprint = excluded.fingerprint,
         until_at = excluded.until_at, outcome = NULL WHERE known.until_at <= ?`,
      [key, owner, fingerprint, untilAt, nowAt],
    );
    if (claimed > 0) return undefined;
    const [row] = await this.#connection.all('SELECT * FROM holdfast_keys WHERE key = ?', [key]);
    // Given back since the look before: another try gets it.
    if (row === undefined) return this.begin({ key, owner, fingerprint, nowAt, untilAt });
    const outcome = row['outcome'];
    return {
      fingerprint: String(row['fingerprint']),
      untilAt: Number(row['until_at']),
      outcome: typeof outcome === 'string' ? outcome : undefined,
    };
  }

  async renew({ key, owner, untilAt }: KeyHolding): Promise<boolean> {
    const sql = 'UPDATE holdfast_keys SET until_at = ? WHERE key = ? AND owner = ? AND outcome IS NULL';
    return (await this.#connection.run(sql, [untilAt, key, owner])) > 0;
  }

  async complete({ key, owner, outcome, untilAt }: KeyCompletion): Promise<boolean> {
    const sql = 'UPDATE holdfast_keys SET outcome = ?, until_at = ? WHERE key = ? AND owner = ?';
    return (await this.#connection.run(sql, [outcome, untilAt, key, owner])) > 0;
  }

  async release({ key, owner }: Pick<KeyHolding, 'key' | 'owner'>): Promise<void> {
    await this.#connection.run('DELETE FROM holdfast_keys WHERE key = ? AND owner = ?', [key, owner]);
  }

  /** Removes what is over, and answers how many keys that were. Call it now and then: nothing else does. */
  removeExpired(nowAt: number): Promise<number> {
    return this.#connection.run('DELETE FROM holdfast_keys WHERE until_at <= ?', [nowAt]);
  }
}
