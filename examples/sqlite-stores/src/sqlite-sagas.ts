import type { SagaClaim, SagaClaimed, SagaProgress, SagaSearch, SagaStore } from '@holdfast/agent';
import type { Connection } from './connection.ts';

/** The progress of sagas in a SQLite file that all processes of a service open. */
export class SqliteSagas implements SagaStore {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async open(connection: Connection): Promise<SqliteSagas> {
    await connection.run(`CREATE TABLE IF NOT EXISTS holdfast_sagas (
      saga TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, until_at REAL NOT NULL,
      state TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (saga, id)
    ) WITHOUT ROWID`);
    return new SqliteSagas(connection);
  }

  /** One statement claims: SQLite lets nobody come between its look and its write. */
  async begin(claim: SagaClaim): Promise<SagaClaimed | undefined> {
    const { saga, id, owner, untilAt, nowAt, record } = claim;
    const [claimed] =
      record === undefined
        ? await this.#connection.all(
            `UPDATE holdfast_sagas SET owner = ?, until_at = ?
             WHERE saga = ? AND id = ? AND state = 'open' AND until_at <= ? RETURNING record`,
            [owner, untilAt, saga, id, nowAt],
          )
        : await this.#connection.all(
            `INSERT INTO holdfast_sagas AS known VALUES (?, ?, ?, ?, 'open', ?)
             ON CONFLICT (saga, id) DO UPDATE SET owner = excluded.owner, until_at = excluded.until_at,
               record = iif(known.state = 'undone', excluded.record, known.record), state = 'open'
             WHERE known.state = 'undone' OR (known.state = 'open' AND known.until_at <= ?) RETURNING record`,
            [saga, id, owner, untilAt, record, nowAt],
          );
    if (claimed !== undefined) return { state: 'claimed', record: String(claimed['record']) };
    const sql = 'SELECT state, record FROM holdfast_sagas WHERE saga = ? AND id = ?';
    const [known] = await this.#connection.all(sql, [saga, id]);
    if (known === undefined) return undefined;
    const state = known['state'];
    return {
      state: state === 'done' || state === 'undone' ? state : 'held',
      record: String(known['record']),
    };
  }

  async save({ saga, id, owner, untilAt, state, record }: SagaProgress): Promise<boolean> {
    const sql = `UPDATE holdfast_sagas SET until_at = ?, state = ?, record = ?
      WHERE saga = ? AND id = ? AND owner = ?`;
    return (await this.#connection.run(sql, [untilAt, state, record, saga, id, owner])) > 0;
  }

  async unfinished({ saga, nowAt, limit }: SagaSearch): Promise<readonly string[]> {
    const sql = `SELECT id FROM holdfast_sagas
      WHERE saga = ? AND state = 'open' AND until_at <= ? ORDER BY until_at LIMIT ?`;
    const rows = await this.#connection.all(sql, [saga, nowAt, limit]);
    return rows.map((row) => String(row['id']));
  }
}
