import { FakeClock, SeededRandom } from '@holdfast/agent/testing';
import { type FleetView, viewOf } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';
import { FoldedState } from '../../../collector/src/fold/folded-state.ts';
import { PastStates } from '../../../collector/src/fold/past-states.ts';
import type { EventStore, NewEntry, Total } from '../../../collector/src/store/event-store.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite-event-store.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { logOf } from '../support/log-of-a-day.ts';
import { startAt } from '../support/wire-agent.ts';

interface Lived {
  readonly store: EventStore;
  readonly state: FoldedState;
  readonly clock: FakeClock;
  readonly past: PastStates;
  /** What the live state said at each moment that was over then. */
  readonly moments: readonly { readonly view: FleetView; readonly totals: readonly Total[] }[];
}

/** Lives through a log as the journal would, with a base a minute, and remembers what was seen on the way. */
async function live(scope: Scope, entries: readonly NewEntry[]): Promise<Lived> {
  const store = await openSqliteStore(await temporaryFolder(scope));
  scope.onEnd(() => store.close());
  const clock = new FakeClock(startAt);
  const log = (_level: string, message: string): void => expect.fail(message);
  const state = new FoldedState({ store, clock, log, bus: createLocalBus(log), baseEveryMs: 60_000 });
  await state.open();
  const moments: Lived['moments'][number][] = [];
  for (const [index, entry] of entries.entries()) {
    const [id = 0] = await store.append([entry]);
    await clock.advance(entry.at - clock.now());
    await state.whenSaved();
    state.apply({ id, at: entry.at, ...entry.fact });
    const isOver = (entries[index + 1]?.at ?? Infinity) > entry.at;
    if (isOver)
      moments.push({ view: viewOf(state.fleet, entry.at), totals: totalsOf(state.history.allTotals()) });
  }
  return { store, state, clock, moments, past: new PastStates(store, () => clock.now() + 3_600_000) };
}

/** In one order, and as they are now. */
function totalsOf(totals: readonly Total[]): Total[] {
  return structuredClone([...totals]).sort((a, b) => (a.address < b.address ? -1 : 1));
}

describe.each([4, 5, 6])('with the log of seed %i', (seed) => {
  test('a past moment looks as it did when it was now', async () => {
    const { store, past, moments, state } = await live(scopeOfTest(), logOf(seed, 600));
    const random = new SeededRandom(seed);
    const asked = moments.filter(() => random.next() < 0.2).sort(() => random.next() - 0.5);
    expect(asked.length).toBeGreaterThan(50);
    for (const { view, totals } of asked) {
      expect(await past.viewAt(view.at)).toEqual(view);
      expect(await past.stateAt(view.at, ({ history }) => totalsOf(history.allTotals()))).toEqual(totals);
    }
    await state.rebuild();
    const afterwards = new PastStates(store, () => Number.MAX_SAFE_INTEGER);
    for (const { view } of asked.slice(0, 20)) expect(await afterwards.viewAt(view.at)).toEqual(view);
  }, 60_000); // hundreds of folds

  test('a log that was cut still answers for what is left', async () => {
    const { store, past, moments, clock } = await live(scopeOfTest(), logOf(seed, 600));
    const all = { seconds: 0, minutes: 0, hours: 0, audit: 0 };
    await store.expire({ log: clock.now() - 100_000, ...all });
    const beginsAt = (await past.beginsAt()) ?? 0;
    expect(beginsAt).toBeGreaterThan(startAt);
    const left = moments.filter(({ view }) => view.at >= beginsAt);
    expect(left.length).toBeGreaterThan(20);
    for (const { view } of left) expect(await past.viewAt(view.at)).toEqual(view);
  });
});

test('bases are kept each of a day, then one an hour', async () => {
  const scope = scopeOfTest();
  const store = await openSqliteStore(await temporaryFolder(scope));
  scope.onEnd(() => store.close());
  const nothing = { totals: [], slices: [], events: [], audit: [] };
  const stepMs = 600_000;
  const steps = 6 * 24 * 3;
  for (let step = 0; step < steps; step++) {
    await store.save({ folded: step + 1, at: startAt + step * stepMs, fleet: '{}', base: [], ...nothing });
  }
  const now = startAt + steps * stepMs;
  const found = new Set<number>();
  for (let at = now; at > startAt; at -= stepMs) found.add((await store.baseFor(at + 61_000))?.at ?? 0);
  const ages = [...found].filter((at) => at > 0).map((at) => now - at);
  expect(ages.filter((age) => age <= 86_400_000)).toHaveLength(144);
  const older = ages.filter((age) => age > 86_400_000).length;
  expect(older).toBeGreaterThanOrEqual(48);
  expect(older).toBeLessThanOrEqual(50); // hours are cut at both ends
});

test('of large snapshots the newest are kept, and one a day', async () => {
  const scope = scopeOfTest();
  const store = await openSqliteStore(await temporaryFolder(scope));
  scope.onEnd(() => store.close());
  const nothing = { totals: [], slices: [], events: [], audit: [] };
  const fleet = 'x'.repeat(8 * 1_024 * 1_024); // of which 32 fit
  const dayMs = 86_400_000;
  const days = [5, 4, 3, 2].map((day) => startAt - day * dayMs);
  const minutes = Array.from({ length: 36 }, (_, index) => startAt + index * 60_000);
  let id = 0;
  for (const at of [...days, ...minutes]) {
    await store.save({ folded: ++id, at, fleet: at === minutes.at(-1) ? fleet : '{}', base: [], ...nothing });
  }
  const found = new Set<number>();
  for (const at of [...days, ...minutes]) found.add((await store.baseFor(at + 61_000))?.at ?? 0);
  expect(days.every((at) => found.has(at))).toBe(true);
  expect(found.size).toBe(4 + 32 + 1); // the first of the present day stays too
});
