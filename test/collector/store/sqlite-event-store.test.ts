import { type AgentIdentity, type LogEntry, type LogFact, rowsOf } from '@holdfast/shared';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DatabaseDriver } from '../../../collector/src/store/database.ts';
import type { EventStore, Flush, NewEntry } from '../../../collector/src/store/event-store.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite-event-store.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { availableDrivers } from '../support/drivers.ts';
import { batchWith, helloWith, rollupsOf, startAt } from '../support/wire-agent.ts';

const agent: AgentIdentity = { service: 'checkout', instance: 'a', epoch: 'first' };

function entry(fact: LogFact, at = startAt): NewEntry {
  return { at, fact };
}

function batchEntry(seq: number): NewEntry {
  const batch = batchWith(seq, rollupsOf({ success: seq }));
  return { at: startAt, fact: { type: 'batch', agent, batch }, frame: Buffer.from(JSON.stringify(batch)) };
}

async function entriesOf(store: EventStore, id = 0): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const one of store.readFrom(id)) entries.push(one);
  return entries;
}

function flush(folded: number, more: Partial<Flush> = {}): Flush {
  return { folded, at: startAt, fleet: '{}', totals: [], slices: [], events: [], audit: [], ...more };
}

describe.each(await availableDrivers())('with $name', (driver) => {
  async function opened(): Promise<{ store: EventStore; reopen(): Promise<EventStore>; folder: string }> {
    const scope = scopeOfTest();
    const folder = await temporaryFolder(scope);
    let store = await openSqliteStore(folder, driver);
    scope.onEnd(() => store.close());
    const reopen = async (): Promise<EventStore> => {
      await store.close();
      store = await openSqliteStore(folder, driver);
      return store;
    };
    return { store, reopen, folder };
  }

  test('entries come back as they were, in their order', async () => {
    const { store, reopen } = await opened();
    const facts: LogFact[] = [
      { type: 'connected', hello: helloWith() },
      { type: 'dictionary', agent, dictionary: { from: 0, add: [] } },
      { type: 'gap', agent, from: 1, to: 3 },
      { type: 'disconnected', agent, clean: false },
    ];
    expect(await store.append(facts.map((fact) => entry(fact)))).toEqual([1, 2, 3, 4]);
    expect(await store.append([batchEntry(4)])).toEqual([5]);
    const entries = await entriesOf(await reopen());
    expect(entries.slice(0, 4)).toEqual(
      facts.map((fact, index) => ({ id: index + 1, at: startAt, ...fact })),
    );
    const { rollups, ...batch } = batchWith(4, rollupsOf({ success: 4 }));
    const rows = rollups && rowsOf(rollups);
    expect(entries[4]).toMatchObject({ id: 5, type: 'batch', agent, batch });
    expect(entries[4]).toHaveProperty('batch.rows.records', rows?.records);
    expect(entries[4]).toHaveProperty('batch.rows.resource.length', 1);
  });

  test('a long log is read in pages without a hole', async () => {
    const { store } = await opened();
    await store.append(Array.from({ length: 777 }, (_, index) => batchEntry(index + 1)));
    const entries = await entriesOf(store, 100);
    expect(entries.map((one) => one.id)).toEqual(Array.from({ length: 677 }, (_, index) => index + 101));
  });

  test('the watermark rises with its batches and never falls', async () => {
    const { store, reopen } = await opened();
    expect(await store.storedOf(agent)).toBe(0);
    await store.append([batchEntry(1), batchEntry(2)]);
    await store.append([entry({ type: 'disconnected', agent, clean: true })]);
    expect(await store.storedOf(agent)).toBe(2);
    expect(await store.storedOf({ ...agent, epoch: 'second' })).toBe(0);
    await store.append([entry({ type: 'gap', agent, from: 3, to: 9 })]);
    expect(await (await reopen()).storedOf(agent)).toBe(9);
  });

  test('a group that fails leaves nothing behind and no id is lost', async () => {
    const { store } = await opened();
    const poison = entry({ type: 'disconnected', agent, clean: true }, Number.NaN); // NULL in SQL
    await expect(store.append([batchEntry(1), poison])).rejects.toThrow('NOT NULL');
    expect(await entriesOf(store)).toEqual([]);
    expect(await store.storedOf(agent)).toBe(0);
    expect(await store.append([batchEntry(1)])).toEqual([1]);
  });

  test('slices of the same minute are joined', async () => {
    const { store } = await opened();
    const place = {
      address: 'checkout/circuit_breaker/payments',
      instance: 'a',
      minute: 5,
      tier: 'seconds',
    } as const;
    await store.save(flush(1, { slices: [{ ...place, bytes: new Uint8Array([1, 0, 255]) }] }));
    await store.save(flush(2, { slices: [{ ...place, bytes: new Uint8Array([0, 2]) }] }));
    const slices = await store.slices({ tier: 'seconds', address: place.address, from: 5, to: 5 });
    expect(slices.map((slice) => [...slice.bytes])).toEqual([[1, 0, 255, 0, 2]]);
    expect(await store.slices({ tier: 'minutes', address: place.address, from: 0, to: 9 })).toEqual([]);
  });

  test('a start goes on from the newest snapshot', async () => {
    const { store } = await opened();
    await store.append([batchEntry(1), batchEntry(2), batchEntry(3)]);
    await store.save(flush(1, { at: 1_000_000, fleet: '"old"', base: [] }));
    await store.save(flush(2, { at: 1_060_000, fleet: '"newer"' }));
    await store.save(flush(3, { at: 1_130_000, fleet: '"newest"' }));
    expect(await store.load()).toMatchObject({
      folded: 3,
      snapshot: { id: 3, fleet: '"newest"' },
      baseAt: 1_000_000,
      baseId: 1,
    });
  });

  test('the log is cut behind a snapshot that knows the totals', async () => {
    const { store, reopen } = await opened();
    const day = 86_400_000;
    await store.append([batchEntry(1), batchEntry(2), batchEntry(3)]);
    const totals = [{ address: 'checkout/circuit_breaker/payments', counts: [3] }];
    await store.save(flush(2, { at: startAt, fleet: '"base"', base: totals, totals }));
    await store.save(flush(3, { at: startAt + day, totals: [{ ...totals[0], address: 'x', counts: [6] }] }));
    const past = startAt + 5 * day;
    await store.expire({ log: past, seconds: past, minutes: past, hours: past, audit: past });
    expect((await entriesOf(store)).map((one) => one.id)).toEqual([3]);
    expect(await store.clear()).toMatchObject({ folded: 2, snapshot: { id: 2, fleet: '"base"' }, totals });
    expect(await (await reopen()).append([batchEntry(4)])).toEqual([4]);
  });

  test('files are for their owner only', async () => {
    const { folder, store } = await opened();
    await store.append([batchEntry(1)]);
    for (const name of ['holdfast.db', 'holdfast.db-wal']) {
      expect((await stat(path.join(folder, name))).mode & 0o777).toBe(0o600);
    }
  });

  test.each(['/dev/null/data', '/proc/holdfast/data'])('%s is refused as a folder', async (folder) => {
    await expect(openSqliteStore(folder, driver)).rejects.toMatchObject({ code: 'folder_unusable' });
  });

  test('a second collector is kept out of the folder', async () => {
    const { folder } = await opened();
    await expect(openSqliteStore(folder, driver)).rejects.toMatchObject({ code: 'folder_in_use' });
  });
});

test('refused frames are kept up to a bound', async () => {
  const scope = scopeOfTest();
  const folder = await temporaryFolder(scope);
  const [driver] = await availableDrivers();
  const store = await openSqliteStore(folder, driver);
  const frame = Buffer.alloc(1_024 * 1_024, 'x');
  for (let seq = 1; seq <= 70; seq++) {
    await store.append([{ at: startAt, fact: { type: 'refused', agent, seq, problem: 'no' }, frame }]);
  }
  await store.close();
  expect(await deadBytes(driver, folder)).toBeLessThanOrEqual(64 * 1_024 * 1_024);
});

async function deadBytes(driver: DatabaseDriver | undefined, folder: string): Promise<unknown> {
  const database = await driver?.open(path.join(folder, 'holdfast.db'));
  const row = await database?.get('SELECT sum(length(body)) AS bytes FROM dead_letters');
  await database?.close();
  return row?.['bytes'];
}
