import { type Database, numberIn, type Row, textIn } from './database.ts';
import type { Base, Flush, Total } from './event-store.ts';

/** Raised when the fold or an encoding changes: what an older version derived is then derived anew. */
const foldVersion = 4;
/** A snapshot leaves the last minute's seconds out, so a past moment is folded from one that is older. */
const snapshotSpacingMs = 61_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Roughly what the bases may take, beside one a day. */
const baseBytes = 256 * 1_024 * 1_024;
/** Even of the largest fleets the last hours are at hand. */
const minBases = 24;

/**
 * The fleet as it was at some entries of the log. Those with totals are bases: the log may be cut behind
 * them, and past states are folded from them. Any other is for the next start, and goes with the next.
 */
export class SnapshotTable {
  private readonly writer: Database;
  private readonly reader: Database;

  constructor(files: { readonly writer: Database; readonly reader: Database }) {
    this.writer = files.writer;
    this.reader = files.reader;
  }

  /** Adds that of a flush, as a part of its transaction. */
  async add({ folded, at, fleet, base }: Flush): Promise<void> {
    await this.writer.run(
      'INSERT INTO snapshots (id, at, version, fleet, totals) VALUES (?, ?, ?, ?, ?) ' +
        'ON CONFLICT (id) DO UPDATE SET at = excluded.at, fleet = excluded.fleet,' +
        ' totals = coalesce(excluded.totals, totals)',
      [folded, at, foldVersion, fleet, base === undefined ? null : JSON.stringify(base)],
    );
    // Only the last hours are looked at: rows are large, and what is older has been seen to.
    await this.writer.run('DELETE FROM snapshots WHERE at > ? AND totals IS NULL AND id < ?', [
      at - 2 * hourMs,
      folded,
    ]);
    if (base !== undefined) await this.thinOut(at, fleet.length);
  }

  /** What a start goes on from. */
  starting(): Promise<Row | undefined> {
    return this.writer.get('SELECT id, fleet FROM snapshots ORDER BY id DESC LIMIT 1');
  }

  /** Forgets all but the oldest base, which is given where the log before it is gone. */
  async clear(): Promise<Base | undefined> {
    const oldest = (await this.isLogWhole()) ? undefined : await this.oldestBase();
    await this.writer.run('DELETE FROM snapshots WHERE id <> ?', [oldest?.id ?? 0]);
    await this.writer.run('UPDATE snapshots SET version = ?', [foldVersion]);
    return oldest;
  }

  /** The newest base from which the state of a moment can be folded whole. */
  async baseFor(at: number): Promise<Base | undefined> {
    const row = await this.reader.get(
      'SELECT id, at, fleet, totals FROM snapshots WHERE at <= ? AND totals IS NOT NULL' +
        ' ORDER BY id DESC LIMIT 1',
      [at - snapshotSpacingMs],
    );
    return row === undefined ? undefined : baseOf(row);
  }

  async pastBeginsAt(): Promise<number | undefined> {
    const first = await this.reader.get('SELECT id, at FROM log ORDER BY id LIMIT 1');
    if (first !== undefined && numberIn(first, 'id') === 1) return numberIn(first, 'at');
    const oldest = await this.reader.get('SELECT min(at) AS at FROM snapshots WHERE totals IS NOT NULL');
    return typeof oldest?.['at'] === 'number' ? oldest['at'] + snapshotSpacingMs : undefined;
  }

  async newestBase(): Promise<{ readonly baseAt: number; readonly baseId: number }> {
    const row = await this.writer.get(
      'SELECT coalesce(max(at), 0) AS at, coalesce(max(id), 0) AS id FROM snapshots WHERE totals IS NOT NULL',
    );
    return { baseAt: numberIn(row, 'at'), baseId: numberIn(row, 'id') };
  }

  async isOutdated(): Promise<boolean> {
    return (await this.writer.get('SELECT 1 FROM snapshots WHERE version <> ?', [foldVersion])) !== undefined;
  }

  /**
   * All of two hours, one in ten minutes of a day, then one an hour; of large fleets only the newest, and one
   * a day.
   */
  private async thinOut(now: number, length: number): Promise<void> {
    const firstOf = (spanMs: number): string => `SELECT min(id) FROM snapshots GROUP BY at / ${spanMs}`;
    for (const [ageMs, spanMs] of [
      [2 * hourMs, hourMs / 6],
      [dayMs, hourMs],
    ] as const) {
      await this.writer.run(`DELETE FROM snapshots WHERE at < ? AND id NOT IN (${firstOf(spanMs)})`, [
        now - ageMs,
      ]);
    }
    await this.writer.run(
      `DELETE FROM snapshots WHERE id NOT IN (${firstOf(dayMs)})` +
        ' AND id NOT IN (SELECT id FROM snapshots ORDER BY id DESC LIMIT ?)',
      [Math.max(minBases, Math.floor(baseBytes / length))],
    );
  }

  private async oldestBase(): Promise<Base | undefined> {
    const row = await this.writer.get(
      'SELECT id, at, fleet, totals FROM snapshots WHERE totals IS NOT NULL ORDER BY id LIMIT 1',
    );
    return row === undefined ? undefined : baseOf(row);
  }

  private async isLogWhole(): Promise<boolean> {
    return (await this.writer.get('SELECT 1 FROM log WHERE id = 1')) !== undefined;
  }
}

function baseOf(row: Row): Base {
  return {
    id: numberIn(row, 'id'),
    at: numberIn(row, 'at'),
    fleet: textIn(row, 'fleet'),
    totals: JSON.parse(textIn(row, 'totals')) as Total[], // as `add` wrote it
  };
}
