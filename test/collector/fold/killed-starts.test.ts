import { FakeClock } from '@holdfast/agent/testing';
import type { LogEntry } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';
import { FoldedState } from '../../../collector/src/fold/folded-state.ts';
import type { EventStore } from '../../../collector/src/store/event-store.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite-event-store.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { logOf } from '../support/log-of-a-day.ts';
import { startAt } from '../support/wire-agent.ts';

const saveEveryRows = 200;
const log = (_level: string, message: string): void => expect.fail(message);

interface Start {
  readonly state: FoldedState;
  /** The entries that were read to get there. */
  readonly read: LogEntry[];
}

/** A start that is killed once it has made so many steps of saves, if told so. */
async function start(real: EventStore, stepsToLive = Infinity): Promise<Start> {
  let steps = 0;
  const mayStep = (): void => {
    if (++steps > stepsToLive) throw new Error('killed');
  };
  const read: LogEntry[] = [];
  const store: EventStore = {
    ...real,
    save: async (flush) => (mayStep(), real.save(flush)),
    saveSlices: async (step) => (mayStep(), real.saveSlices(step)),
    async *readFrom(id) {
      for await (const entry of real.readFrom(id)) {
        read.push(entry);
        yield entry;
      }
    },
  };
  const clock = new FakeClock(startAt);
  const options = { store, clock, log, bus: createLocalBus(log), baseEveryMs: Infinity, saveEveryRows };
  const state = new FoldedState(options);
  await state.open().catch((error: unknown) => {
    if (stepsToLive === Infinity) throw error;
  });
  return { state, read };
}

async function storeWith(scope: Scope): Promise<EventStore> {
  const store = await openSqliteStore(await temporaryFolder(scope));
  scope.onEnd(() => store.close());
  return store;
}

function rowsOf(entries: readonly LogEntry[]): number {
  return entries.reduce((sum, entry) => {
    const rows = entry.type === 'batch' ? (entry.batch.rows ?? entry.batch.rollups) : undefined;
    return sum + (rows?.resource.length ?? 0);
  }, 0);
}

const entries = logOf(4, 1_000);

test('kills before each save make no start fold more and more', async () => {
  const store = await storeWith(scopeOfTest());
  const folded: number[] = [];
  for (let from = 0; from < entries.length; from += 100) {
    await store.append(entries.slice(from, from + 100));
    folded.push(rowsOf((await start(store)).read)); // and nothing of it is closed
  }
  const first = folded[0] ?? 0;
  expect(first).toBeGreaterThan(0);
  expect(Math.max(...folded)).toBeLessThan(saveEveryRows + 2 * first);
});

test('starts that are killed in each save get on, to the same', async () => {
  const scope = scopeOfTest();
  const [whole, cut] = [await storeWith(scope), await storeWith(scope)];
  for (const store of [whole, cut]) await store.append(entries);
  const reads: number[] = [];
  for (let kill = 0; kill < 30; kill++) reads.push(rowsOf((await start(cut, 1)).read));
  const { state } = await start(cut);
  await state.flush();
  const { state: expected, read } = await start(whole);
  expect(Math.max(...reads)).toBeLessThan(rowsOf(read) / 2);
  expect(state.history.allTotals()).toEqual(expected.history.allTotals());
  expect(state.fleet.lastEntryId).toBe(entries.length);
});
