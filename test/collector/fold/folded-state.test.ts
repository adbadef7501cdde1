import { FakeClock } from '@holdfast/agent/testing';
import { errorViewsOf, type LogEntry, mergeSparse, type RecentSeconds, snapshotOf } from '@holdfast/shared';
import { cp } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';
import { FoldedState } from '../../../collector/src/fold/folded-state.ts';
import { readSeconds, type SecondRecord } from '../../../collector/src/fold/seconds-codec.ts';
import {
  type EventStore,
  type NewEntry,
  type Tier,
  tiers,
} from '../../../collector/src/store/event-store.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite-event-store.ts';
import { scopeOfTest, type Scope } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { logOf } from '../support/log-of-a-day.ts';
import { startAt } from '../support/wire-agent.ts';

interface Opened {
  readonly store: EventStore;
  readonly state: FoldedState;
  readonly folder: string;
  readonly clock: FakeClock;
  /** Lets the last step of each save fail. */
  failSaves: boolean;
}

async function open(scope: Scope, folder: string, clock: FakeClock): Promise<Opened> {
  const real = await openSqliteStore(folder);
  scope.onEnd(() => real.close());
  const full = (): Promise<void> => Promise.reject(new Error('the disk is full'));
  const store: EventStore = { ...real, save: (flush) => (opened.failSaves ? full() : real.save(flush)) };
  const log = (_level: string, message: string): void => {
    if (!opened.failSaves) expect.fail(message);
  };
  const state = new FoldedState({ store, clock, log, bus: createLocalBus(log), baseEveryMs: 300_000 });
  const opened: Opened = { store, state, folder, clock, failSaves: false };
  await state.open();
  return opened;
}

/** Appends and folds in groups, as the journal does, and flushes here and there. */
async function feed({ store, state, clock }: Opened, entries: readonly NewEntry[]): Promise<void> {
  for (let start = 0; start < entries.length; start += 37) {
    const group = entries.slice(start, start + 37);
    const ids = await store.append(group);
    for (const [index, { at, fact }] of group.entries()) {
      const entry: LogEntry = { id: ids[index] ?? 0, at, ...fact };
      state.apply(entry);
    }
    await clock.advance(Math.max(0, (group.at(-1)?.at ?? 0) - clock.now()));
    await state.whenSaved();
  }
}

/** All that is derived, in a form that does not depend on when it was flushed. */
async function derivedOf({ store, state, clock }: Opened): Promise<unknown> {
  await state.flush();
  const addresses = state.history.allTotals().map((total) => total.address);
  const history: Record<string, unknown> = {};
  for (const address of addresses.sort()) {
    for (const tier of tiers) {
      history[`${address} ${tier}`] = await minutesOf(store, tier, address);
    }
  }
  return {
    fleet: JSON.parse(JSON.stringify(snapshotOf(state.fleet), withoutBounds)) as unknown, // plain data
    recent: [...state.fleet.instances.values()].map((one) =>
      [...one.byAddress.values()].map((resource) => lastMinuteOf(resource.recent)),
    ),
    errors: errorViewsOf(state.fleet, clock.now()),
    totals: state.history.allTotals().sort((a, b) => (a.address < b.address ? -1 : 1)),
    history,
    events: await store.events({ limit: 10_000 }),
    audit: await store.audit({ limit: 10_000 }),
  };
}

/** Since when seconds are there at most: late rows that were left out may have moved it. */
function withoutBounds(key: string, value: unknown): unknown {
  return key === 'recentSince' ? undefined : value;
}

/** Each second that is shown. */
function lastMinuteOf(recent: RecentSeconds): Map<number, SecondRecord> {
  const shown = recent.all().filter(({ second }) => second >= recent.since);
  const seconds = new Map(shown.map(({ second }) => [second, shown.filter((one) => one.second === second)]));
  return new Map([...seconds].sort(([a], [b]) => a - b).map(([second, records]) => [second, sumOf(records)]));
}

async function minutesOf(store: EventStore, tier: Tier, address: string): Promise<Map<string, SecondRecord>> {
  const all = new Map<string, SecondRecord[]>();
  for (const slice of await store.slices({ tier, address, from: 0, to: Number.MAX_SAFE_INTEGER })) {
    for (const record of readSeconds(slice.bytes)) {
      const key = `${slice.minute}:${record.second}`;
      all.set(key, [...(all.get(key) ?? []), record]);
    }
  }
  return new Map(
    [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, records]) => [key, sumOf(records)]),
  );
}

function sumOf(records: readonly SecondRecord[]): SecondRecord {
  return records.reduce((sum, record) => ({
    second: record.second,
    counts: sum.counts.map((count, column) => count + (record.counts[column] ?? 0)),
    latency: mergeSparse(sum.latency, record.latency),
  }));
}

describe.each([1, 2, 3])('with the log of seed %i', (seed) => {
  const entries = logOf(seed, 600);

  test('what is rebuilt equals what was folded live', async () => {
    const scope = scopeOfTest();
    const opened = await open(scope, await temporaryFolder(scope), new FakeClock(startAt));
    await feed(opened, entries);
    const live = await derivedOf(opened);
    await opened.state.rebuild();
    expect(await derivedOf(opened)).toEqual(live);
  });

  test('a copy of the files at any moment folds to the same', async () => {
    const scope = scopeOfTest();
    const opened = await open(scope, await temporaryFolder(scope), new FakeClock(startAt));
    for (const share of [entries.slice(0, 100), entries.slice(100, 350), entries.slice(350)]) {
      await feed(opened, share);
      // What a collector leaves behind that is killed now: files, nothing flushed, nothing closed.
      const copy = await temporaryFolder(scope);
      await cp(opened.folder, copy, { recursive: true });
      const reopened = await open(scope, copy, new FakeClock(opened.clock.now()));
      const survived = await derivedOf(reopened);
      expect(survived).toEqual(await derivedOf(opened));
    }
  });

  test('a save that was cut off is ended later', async () => {
    const scope = scopeOfTest();
    const opened = await open(scope, await temporaryFolder(scope), new FakeClock(startAt));
    await feed(opened, entries.slice(0, 300));
    opened.failSaves = true;
    await expect(opened.state.flush()).rejects.toThrow('the disk is full');
    await feed(opened, entries.slice(300));
    const copy = await temporaryFolder(scope);
    await cp(opened.folder, copy, { recursive: true });
    opened.failSaves = false;
    const reopened = await open(scope, copy, new FakeClock(opened.clock.now()));
    const whole = await derivedOf(opened);
    expect(await derivedOf(reopened)).toEqual(whole);
    await opened.state.rebuild();
    expect(whole).toEqual(await derivedOf(opened));
  });

  test('a save that was given up is ended by the next start', async () => {
    const scope = scopeOfTest();
    const stopped = await open(scope, await temporaryFolder(scope), new FakeClock(startAt));
    const { saveSlices } = stopped.store;
    await feed(stopped, entries.slice(0, 100));
    stopped.store.saveSlices = (step) => {
      stopped.state.giveUp();
      return saveSlices(step);
    };
    await expect(stopped.state.close()).rejects.toThrow('the next start folds it');
    const copy = await temporaryFolder(scope);
    await cp(stopped.folder, copy, { recursive: true });
    const next = await open(scope, copy, new FakeClock(stopped.clock.now()));
    const whole = await open(scope, await temporaryFolder(scope), new FakeClock(startAt));
    await feed(whole, entries.slice(0, 100));
    expect(await derivedOf(next)).toEqual(await derivedOf(whole));
  });

  test('a rebuild after the log was cut keeps the totals', async () => {
    const scope = scopeOfTest();
    const opened = await open(scope, await temporaryFolder(scope), new FakeClock(startAt));
    await feed(opened, entries);
    await opened.state.flush();
    const totals = opened.state.history.allTotals();
    const cutoff = opened.clock.now() + 1;
    await opened.store.expire({ log: cutoff, seconds: 0, minutes: 0, hours: 0, audit: 0 });
    const [first] = await firstEntry(opened.store);
    expect(first?.id).not.toBe(1);
    await opened.state.rebuild();
    expect(new Map(opened.state.history.allTotals().map((one) => [one.address, one.counts]))).toEqual(
      new Map(totals.map((one) => [one.address, one.counts])),
    );
  });
});

async function firstEntry(store: EventStore): Promise<LogEntry[]> {
  for await (const entry of store.readFrom(0)) return [entry];
  return [];
}
