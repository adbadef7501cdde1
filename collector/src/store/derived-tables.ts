import type { AuditEntry, FleetEvent } from '@holdfast/shared';
import {
  bytesIn,
  type Database,
  insertRows,
  inTransaction,
  numberIn,
  type Row,
  textIn,
  type TransactionOptions,
} from './database.ts';
import {
  eventNumber,
  type BegunSave,
  type Flush,
  type PageQuery,
  type PlacedSeconds,
  type Saved,
  type SecondsQuery,
  type Slice,
  type SliceQuery,
  type SliceStep,
  type StateQuery,
  tiers,
  type Total,
} from './event-store.ts';
import { insertPacked, type NumberedSlice, packSlices } from './pack-slices.ts';
import { unusedResources } from './retention.ts';
import type { SnapshotTable } from './snapshot-table.ts';

/** Snapshots, totals, minutes, events and audit: all that is made from the log and can be made again. */
export class DerivedTables {
  private readonly writer: Database;
  private readonly reader: Database;
  private readonly snapshots: SnapshotTable;
  /** Of those that were written lately. */
  private readonly resourceIds = new Map<string, number>();

  constructor(files: {
    readonly writer: Database;
    readonly reader: Database;
    readonly snapshots: SnapshotTable;
  }) {
    this.writer = files.writer;
    this.reader = files.reader;
    this.snapshots = files.snapshots;
  }

  async load(): Promise<Saved> {
    const row = await this.snapshots.starting();
    const totals = await this.writer.all('SELECT address, counts FROM totals');
    return {
      ...(row === undefined ? {} : { snapshot: { id: numberIn(row, 'id'), fleet: textIn(row, 'fleet') } }),
      folded: numberIn(await this.writer.get('SELECT coalesce(max(folded), 0) AS id FROM progress'), 'id'),
      totals: totals.map((total) => ({
        address: textIn(total, 'address'),
        counts: JSON.parse(textIn(total, 'counts')) as number[], // as `saveTotals` wrote it
      })),
      ...(await this.snapshots.newestBase()),
      isOutdated: await this.snapshots.isOutdated(),
      ...(await this.begun()),
    };
  }

  async saveSlices({ folded, parts, part, slices }: SliceStep): Promise<void> {
    const step = async (): Promise<void> => {
      await this.addSlices(slices);
      await this.writer.run(noteStep, [folded, parts, part + 1]);
    };
    // The log holds all of it: a step that a power cut takes back is made again at the next start.
    await this.change(step, { isLasting: false });
  }

  async save(flush: Flush): Promise<void> {
    await this.change(async () => {
      await this.snapshots.add(flush);
      await this.saveTotals(flush.totals);
      await this.addSlices(flush.slices);
      await insertRows(
        this.writer,
        { into: 'events (id, at, body)', columns: 3 },
        flush.events.map((event) => [eventNumber(event.id), event.at, JSON.stringify(event)]),
      );
      await insertRows(
        this.writer,
        // Only of before there was a chain: since then rows are written with the log.
        { into: 'audit (id, at, body)', columns: 3, onConflict: '(id) DO NOTHING' },
        flush.audit.map((entry) => [entry.id, entry.at, JSON.stringify(entry)]),
      );
      await this.writer.run(noteSave, [flush.folded]);
    });
  }

  /** Events and audit up to the oldest base stay: the log behind them is gone. */
  async clear(): Promise<Saved> {
    return this.change(async () => {
      this.forgetResources();
      const start = await this.snapshots.clear();
      const { id = 0, at: baseAt = 0, totals = [] } = start ?? {};
      for (const table of ['totals', 'minutes', 'seconds']) await this.writer.run(`DELETE FROM ${table}`);
      // Hours outlive the log, so those before it stay.
      await this.writer.run('DELETE FROM hours WHERE minute >= ?', [Math.floor(baseAt / 3_600_000) * 60]);
      await this.writer.run(unusedResources);
      await this.writer.run('DELETE FROM events WHERE id >= ?', [(id + 1) * 1_024]);
      await this.writer.run('DELETE FROM audit WHERE hash IS NULL AND id > ?', [id]);
      await this.writer.run(noteSave, [id]);
      await this.saveTotals(totals);
      const snapshot = start === undefined ? {} : { snapshot: { id, fleet: start.fleet } };
      return { ...snapshot, folded: id, totals, baseAt, baseId: id, isOutdated: false };
    });
  }

  /** Forgets what it remembers of resources, whose rows may have gone. */
  forgetResources(): void {
    this.resourceIds.clear();
  }

  async slices({ tier, address, from, to }: SliceQuery): Promise<readonly Slice[]> {
    const rows = await this.reader.all(
      `SELECT minute, body FROM resources JOIN ${tier} ON ${tier}.resource = resources.id` +
        ' WHERE address = ? AND minute BETWEEN ? AND ?',
      [address, from, to],
    );
    return rows.map((row) => ({ tier, minute: numberIn(row, 'minute'), bytes: bytesIn(row, 'body') }));
  }

  async secondsSince(resources: readonly SecondsQuery[]): Promise<readonly PlacedSeconds[]> {
    const rows = await this.reader.all(secondsSince, [
      JSON.stringify(resources.map(({ address, instance, from }) => [address, instance, from])),
    ]);
    return rows.map((row) => ({
      place: numberIn(row, 'place'),
      minute: numberIn(row, 'minute'),
      bytes: bytesIn(row, 'body'),
    }));
  }

  async events(query: PageQuery): Promise<readonly FleetEvent[]> {
    const rows = await this.page('events', query);
    return rows.map((row) => JSON.parse(textIn(row, 'body')) as FleetEvent); // as `save` wrote it
  }

  async stateEvents(query: StateQuery): Promise<readonly FleetEvent[]> {
    const { address, since, until, limit, isOldestFirst = false } = query;
    const way = isOldestFirst ? 'ASC' : 'DESC';
    const select = (which: string, value: string): Promise<readonly Row[]> =>
      this.reader.all(
        `SELECT body FROM events WHERE ${which} = ? AND at BETWEEN ? AND ?` +
          ` ORDER BY at ${way}, id ${way} LIMIT ?`,
        [value, since, until, limit],
      );
    // In the words of the indexes, which only then are used.
    const ofAgents = "body ->> '$.event.kind' GLOB 'agent.*' AND body ->> '$.service'";
    const [changes, agents] = await Promise.all([
      select("body ->> '$.event.to' IS NOT NULL AND body ->> '$.address'", address),
      select(ofAgents, address.split('/')[0] ?? ''),
    ]);
    return [...changes, ...agents].map((row) => JSON.parse(textIn(row, 'body')) as FleetEvent); // as saved
  }

  async audit(query: PageQuery): Promise<readonly AuditEntry[]> {
    const rows = await this.page('audit', query);
    return rows.map((row) => JSON.parse(textIn(row, 'body')) as AuditEntry); // as `save` wrote it
  }

  async event(number: number): Promise<FleetEvent | undefined> {
    const row = await this.reader.get('SELECT body FROM events WHERE id = ?', [number]);
    return row && (JSON.parse(textIn(row, 'body')) as FleetEvent); // as `save` wrote it
  }

  async auditEntry(id: number): Promise<AuditEntry | undefined> {
    const row = await this.reader.get('SELECT body FROM audit WHERE id = ?', [id]);
    return row && (JSON.parse(textIn(row, 'body')) as AuditEntry); // as `save` wrote it
  }

  private page(table: 'events' | 'audit', { limit, before, since = 0 }: PageQuery): Promise<readonly Row[]> {
    const at = before?.at ?? Number.MAX_SAFE_INTEGER;
    return this.reader.all(
      `SELECT body FROM ${table} WHERE at >= ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?`,
      [since, at, before?.number ?? Number.MAX_SAFE_INTEGER, limit],
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

  /** In one transaction; what it remembers may have been rolled back where that fails. */
  private async change<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T> {
    try {
      return await inTransaction(this.writer, work, options);
    } catch (error) {
      this.forgetResources();
      throw error;
    }
  }

  private async begun(): Promise<{ readonly begun?: BegunSave }> {
    const row = await this.writer.get(
      'SELECT saving AS folded, parts, saved_parts AS savedParts FROM progress WHERE saving IS NOT NULL',
    );
    if (row === undefined) return {};
    const of = (column: string): number => numberIn(row, column);
    return { begun: { folded: of('folded'), parts: of('parts'), savedParts: of('savedParts') } };
  }

  private async addSlices(slices: Flush['slices']): Promise<void> {
    const numbered = await this.numbered(slices);
    for (const tier of tiers) {
      const some = numbered.filter((slice) => slice.tier === tier);
      if (some.length > 0) await this.writer.run(insertPacked(tier), packSlices(some));
    }
  }

  /** With the row ids of their resources; unknown resources get one. */
  private async numbered(slices: Flush['slices']): Promise<readonly NumberedSlice[]> {
    const known = this.withIds(slices);
    const unknown = new Map<string, readonly [address: string, instance: string]>();
    for (const { resource, address, instance } of known)
      if (resource === 0) unknown.set(keyOf(address, instance), [address, instance]);
    if (unknown.size === 0) return known;
    await this.introduce([...unknown.values()]);
    return this.withIds(slices);
  }

  /** 0 where a resource is unknown. Those of one resource mostly stand side by side. */
  private withIds(slices: Flush['slices']): (Flush['slices'][number] & NumberedSlice)[] {
    let last: Flush['slices'][number] | undefined;
    let resource = 0;
    return slices.map((slice) => {
      const { address, instance } = slice;
      if (last?.address !== address || last.instance !== instance)
        resource = this.resourceIds.get(keyOf(address, instance)) ?? 0;
      last = slice;
      return { ...slice, resource };
    });
  }

  private async introduce(
    resources: readonly (readonly [address: string, instance: string])[],
  ): Promise<void> {
    const names = JSON.stringify(resources);
    await this.writer.run(
      'INSERT OR IGNORE INTO resources (address, instance) SELECT value ->> 0, value ->> 1 FROM json_each(?)',
      [names],
    );
    const rows = await this.writer.all(
      'SELECT resources.id, address, instance FROM json_each(?) AS names CROSS JOIN resources' +
        ' ON address = names.value ->> 0 AND instance = names.value ->> 1',
      [names],
    );
    for (const row of rows) {
      this.resourceIds.set(keyOf(textIn(row, 'address'), textIn(row, 'instance')), numberIn(row, 'id'));
    }
  }
}

function keyOf(address: string, instance: string): string {
  return `${address}\n${instance}`;
}

/** Its value is a JSON array of [address, instance, first minute]. */
const secondsSince =
  'SELECT asked.key AS place, minute, body FROM json_each(?) AS asked CROSS JOIN resources' +
  ' ON address = asked.value ->> 0 AND instance = asked.value ->> 1 CROSS JOIN seconds' +
  ' ON seconds.resource = resources.id AND minute >= asked.value ->> 2 ORDER BY place, minute';
const noteStep =
  'INSERT INTO progress (id, folded, saving, parts, saved_parts) VALUES (1, 0, ?, ?, ?) ON CONFLICT (id)' +
  ' DO UPDATE SET saving = excluded.saving, parts = excluded.parts, saved_parts = excluded.saved_parts';
const noteSave = 'INSERT OR REPLACE INTO progress (id, folded) VALUES (1, ?)';
