import type { AuditEntry, FleetEvent } from '@holdfast/shared';
import {
  bytesIn,
  type Database,
  insertRows,
  inTransaction,
  numberIn,
  type Row,
  type SqlValue,
  textIn,
} from './database.ts';
import {
  eventNumber,
  type Flush,
  type PageQuery,
  type Saved,
  type Slice,
  type SliceQuery,
  tiers,
  type Total,
} from './event-store.ts';
import { unusedResources } from './retention.ts';

/** Raised when the fold or an encoding changes: what an older version derived is then derived anew. */
const foldVersion = 2;
/** A snapshot leaves the last minute's seconds out, so a start goes on from one that is older than that. */
const snapshotSpacingMs = 61_000;

/** Snapshots, totals, minutes, events and audit: all that is made from the log and can be made again. */
export class DerivedTables {
  private readonly writer: Database;
  private readonly reader: Database;

  constructor(files: { readonly writer: Database; readonly reader: Database }) {
    this.writer = files.writer;
    this.reader = files.reader;
  }

  async load(): Promise<Saved> {
    const row = await this.startingSnapshot();
    const totals = await this.writer.all('SELECT address, counts FROM totals');
    return {
      ...(row === undefined ? {} : { snapshot: { id: numberIn(row, 'id'), fleet: textIn(row, 'fleet') } }),
      folded: numberIn(await this.writer.get('SELECT coalesce(max(folded), 0) AS id FROM progress'), 'id'),
      totals: totals.map((total) => ({
        address: textIn(total, 'address'),
        counts: JSON.parse(textIn(total, 'counts')) as number[], // as `saveTotals` wrote it
      })),
      baseAt: await this.baseAt(),
      isOutdated: await this.isOutdated(),
    };
  }

  async save(flush: Flush): Promise<void> {
    await inTransaction(this.writer, async () => {
      await this.saveSnapshot(flush);
      await this.saveTotals(flush.totals);
      await this.saveSlices(flush.slices);
      await insertRows(
        this.writer,
        { into: 'events (id, at, body)', columns: 3 },
        flush.events.map((event) => [eventNumber(event.id), event.at, JSON.stringify(event)]),
      );
      await insertRows(
        this.writer,
        { into: 'audit (id, at, body)', columns: 3 },
        flush.audit.map((entry) => [entry.id, entry.at, JSON.stringify(entry)]),
      );
      await this.writer.run('INSERT OR REPLACE INTO progress (id, folded) VALUES (1, ?)', [flush.folded]);
    });
  }

  /** Events and audit up to the oldest base stay: the log behind them is gone. */
  async clear(): Promise<Saved> {
    return inTransaction(this.writer, async () => {
      const base = await this.writer.get(
        'SELECT id, at, fleet, totals FROM snapshots WHERE totals IS NOT NULL ORDER BY id LIMIT 1',
      );
      const start = (await this.isLogWhole()) ? undefined : base;
      const id = start === undefined ? 0 : numberIn(start, 'id');
      await this.writer.run('DELETE FROM snapshots WHERE id <> ?', [id]);
      await this.writer.run('UPDATE snapshots SET version = ?', [foldVersion]);
      for (const table of ['totals', 'minutes', 'seconds']) await this.writer.run(`DELETE FROM ${table}`);
      // Hours outlive the log, so those before it stay.
      await this.writer.run('DELETE FROM hours WHERE minute >= ?', [firstMinuteAfter(start)]);
      await this.writer.run(unusedResources);
      await this.writer.run('DELETE FROM events WHERE id >= ?', [(id + 1) * 1_024]);
      await this.writer.run('DELETE FROM audit WHERE id > ?', [id]);
      await this.writer.run('UPDATE progress SET folded = ?', [id]);
      const totals = start === undefined ? [] : parseTotals(textIn(start, 'totals'));
      await this.saveTotals(totals);
      const baseAt = start === undefined ? 0 : numberIn(start, 'at');
      const snapshot = start === undefined ? {} : { snapshot: { id, fleet: textIn(start, 'fleet') } };
      return { ...snapshot, folded: id, totals, baseAt, isOutdated: false };
    });
  }

  async slices({ tier, address, from, to }: SliceQuery): Promise<readonly Slice[]> {
    const rows = await this.reader.all(
      `SELECT minute, body FROM resources JOIN ${tier} ON ${tier}.resource = resources.id` +
        ' WHERE address = ? AND minute BETWEEN ? AND ?',
      [address, from, to],
    );
    return rows.map((row) => ({ tier, minute: numberIn(row, 'minute'), bytes: bytesIn(row, 'body') }));
  }

  async events(query: PageQuery): Promise<readonly FleetEvent[]> {
    const rows = await this.page('events', query);
    return rows.map((row) => JSON.parse(textIn(row, 'body')) as FleetEvent); // as `save` wrote it
  }

  async audit(query: PageQuery): Promise<readonly AuditEntry[]> {
    const rows = await this.page('audit', query);
    return rows.map((row) => JSON.parse(textIn(row, 'body')) as AuditEntry); // as `save` wrote it
  }

  private page(table: 'events' | 'audit', { limit, before, since = 0 }: PageQuery): Promise<readonly Row[]> {
    const at = before?.at ?? Number.MAX_SAFE_INTEGER;
    return this.reader.all(
      `SELECT body FROM ${table} WHERE at >= ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?`,
      [since, at, before?.number ?? Number.MAX_SAFE_INTEGER, limit],
    );
  }

  private async startingSnapshot(): Promise<Row | undefined> {
    const newest = await this.writer.get('SELECT coalesce(max(at), 0) AS at FROM snapshots');
    const spaced = await this.writer.get(
      'SELECT id, fleet FROM snapshots WHERE at <= ? ORDER BY id DESC LIMIT 1',
      [numberIn(newest, 'at') - snapshotSpacingMs],
    );
    if (spaced !== undefined || (await this.isLogWhole())) return spaced;
    return this.writer.get('SELECT id, fleet FROM snapshots WHERE totals IS NOT NULL ORDER BY id LIMIT 1');
  }

  private async isLogWhole(): Promise<boolean> {
    return (await this.writer.get('SELECT 1 FROM log WHERE id = 1')) !== undefined;
  }

  private async saveSnapshot({ folded, at, fleet, base }: Flush): Promise<void> {
    await this.writer.run(
      'INSERT INTO snapshots (id, at, version, fleet, totals) VALUES (?, ?, ?, ?, ?) ' +
        'ON CONFLICT (id) DO UPDATE SET at = excluded.at, fleet = excluded.fleet,' +
        ' totals = coalesce(excluded.totals, totals)',
      [folded, at, foldVersion, fleet, base === undefined ? null : JSON.stringify(base)],
    );
    await this.writer.run(
      'DELETE FROM snapshots WHERE totals IS NULL AND id < (SELECT max(id) FROM snapshots WHERE at <= ?)',
      [at - snapshotSpacingMs],
    );
  }

  private saveTotals(totals: readonly Total[]): Promise<void> {
    return insertRows(
      this.writer,
      {
        into: 'totals (address, counts)',
        columns: 2,
        onConflict: '(address) DO UPDATE SET counts = excluded.counts',
      },
      totals.map(({ address, counts }) => [address, JSON.stringify(counts)]),
    );
  }

  private async saveSlices(slices: Flush['slices']): Promise<void> {
    const ids = await this.resourceIds(slices);
    for (const tier of tiers) {
      const isHours = tier === 'hours';
      const rows: SqlValue[][] = [];
      for (const [index, slice] of slices.entries()) {
        if (slice.tier !== tier) continue;
        rows.push([ids[index] ?? 0, slice.minute, slice.bytes, ...(isHours ? [1] : [])]);
      }
      await insertRows(
        this.writer,
        {
          into: `${tier} (resource, minute, body${isHours ? ', parts' : ''})`,
          columns: isHours ? 4 : 3,
          // Records stand one behind the other, so merging is appending.
          onConflict:
            '(resource, minute) DO UPDATE SET body = CAST(body || excluded.body AS BLOB)' +
            (isHours ? ', parts = parts + 1' : ''),
        },
        rows,
      );
    }
  }

  /** The row ids of the slices' resources, in their order; unknown resources get one. */
  private async resourceIds(slices: Flush['slices']): Promise<readonly number[]> {
    const names = JSON.stringify(slices.map(({ address, instance }) => [address, instance]));
    await this.writer.run(
      'INSERT OR IGNORE INTO resources (address, instance) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
      [names],
    );
    const rows = await this.writer.all(
      'SELECT resources.id FROM json_each(?) AS names CROSS JOIN resources' +
        ' ON address = names.value ->> 0 AND instance = names.value ->> 1 ORDER BY names.key',
      [names],
    );
    return rows.map((row) => numberIn(row, 'id'));
  }

  private async baseAt(): Promise<number> {
    const row = await this.writer.get(
      'SELECT coalesce(max(at), 0) AS at FROM snapshots WHERE totals IS NOT NULL',
    );
    return numberIn(row, 'at');
  }

  private async isOutdated(): Promise<boolean> {
    return (await this.writer.get('SELECT 1 FROM snapshots WHERE version <> ?', [foldVersion])) !== undefined;
  }
}

/** The first minute of the hour in which the log begins; 0 where it is whole. */
function firstMinuteAfter(base: Row | undefined): number {
  return base === undefined ? 0 : Math.floor(numberIn(base, 'at') / 3_600_000) * 60;
}

function parseTotals(json: string): Total[] {
  return JSON.parse(json) as Total[]; // as `saveSnapshot` wrote it
}
