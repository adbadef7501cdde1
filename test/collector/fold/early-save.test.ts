import { FakeClock } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { createLocalBus } from '../../../collector/src/bus/bus.ts';
import { FoldedState } from '../../../collector/src/fold/folded-state.ts';
import type { EventStore } from '../../../collector/src/store/event-store.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite-event-store.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { logOf } from '../support/log-of-a-day.ts';
import { startAt } from '../support/wire-agent.ts';

const earlySaveRows = 100;
const log = (_level: string, message: string): void => expect.fail(message);

test('much is saved before its minute is over, and counts as load', async () => {
  const scope = scopeOfTest();
  const real = await openSqliteStore(await temporaryFolder(scope));
  scope.onEnd(() => real.close());
  let mayGoOn = (): void => {};
  const held = new Promise<void>((resolve) => (mayGoOn = resolve));
  let saves = 0;
  const save: EventStore['save'] = async (flush) => {
    await held;
    await real.save(flush);
    saves++;
  };
  const options = { store: { ...real, save }, clock: new FakeClock(startAt), log, earlySaveRows };
  const state = new FoldedState({ ...options, bus: createLocalBus(log), baseEveryMs: Infinity });
  await state.open();
  const entries = logOf(5, 400);
  const ids = await real.append(entries);
  for (const [index, { at, fact }] of entries.entries()) state.apply({ id: ids[index] ?? 0, at, ...fact });
  const rows = state.history.unsavedRowCount;
  expect(rows).toBeGreaterThan(2 * earlySaveRows);
  expect(state.load).toBe(rows / earlySaveRows - 1);
  mayGoOn();
  await state.whenSaved();
  expect(saves).toBeGreaterThan(0);
  expect(state.load).toBe(0);
});
