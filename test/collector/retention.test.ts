import { FakeClock } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { startRetention } from '../../collector/src/retention.ts';
import type { Cutoffs } from '../../collector/src/store/event-store.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite-event-store.ts';
import { scopeOfTest } from '../support/scope.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { logOf } from './support/log-of-a-day.ts';
import { MemoryStore } from './support/memory-store.ts';
import { startAt } from './support/wire-agent.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Shrunk {
  /** How many hours of seconds and of log were kept at last. */
  readonly seconds: number;
  readonly log: number;
  readonly said: readonly string[];
}

/** What is kept where a day of log takes 1,000 bytes, and a day of seconds 4,000. */
async function shrunkTo(maxBytes: number): Promise<Shrunk> {
  const clock = new FakeClock(startAt);
  const store = new MemoryStore();
  const said: string[] = [];
  let kept = { seconds: 2 * dayMs, log: 30 * dayMs };
  store.expire = (cutoffs?: Cutoffs): Promise<void> => {
    if (cutoffs !== undefined) {
      kept = { seconds: clock.now() - cutoffs.seconds, log: clock.now() - cutoffs.log };
    }
    return Promise.resolve();
  };
  store.usedBytes = () => Promise.resolve((kept.seconds / dayMs) * 4_000 + (kept.log / dayMs) * 1_000);
  const stop = startRetention({
    store,
    clock,
    log: (level, message) => said.push(`${level}: ${message}`),
    retentionMs: 30 * dayMs,
    secondsRetentionMs: 2 * dayMs,
    hoursRetentionMs: 366 * dayMs,
    maxBytes,
  });
  await clock.advance(61_000);
  await stop();
  return { seconds: kept.seconds / hourMs, log: kept.log / hourMs, said };
}

test('data that fits is kept as long as was asked', async () => {
  expect(await shrunkTo(38_000)).toEqual({ seconds: 48, log: 720, said: [] });
});

test('seconds go first where the data takes too much', async () => {
  const { seconds, log, said } = await shrunkTo(34_000);
  expect({ isLess: seconds < 24 && seconds > 20, log }).toEqual({ isLess: true, log: 720 });
  expect(said).toEqual([
    expect.stringMatching(/^info: seconds of 2\d h .* a log of 30 d fit into --max-size$/),
  ]);
});

test('the log goes next, down to an hour', async () => {
  const { seconds, log } = await shrunkTo(20_000);
  expect({ seconds, isLess: log < 480 && log > 400 }).toEqual({ seconds: 1, isLess: true });
  const least = await shrunkTo(1);
  expect(least).toMatchObject({ seconds: 1, log: 1 });
  expect(least.said[0]).toMatch(/^warning: .* which is the least, and do not fit into --max-size$/);
});

test('acknowledgements go on while much is removed', async () => {
  const scope = scopeOfTest();
  const store = await openSqliteStore(await temporaryFolder(scope));
  scope.onEnd(() => store.close());
  const entries = logOf(1, 12_000);
  for (let at = 0; at < entries.length; at += 1_000) await store.append(entries.slice(at, at + 1_000));
  const before = await store.usedBytes();
  const base = { totals: [], slices: [], events: [], audit: [], base: [], fleet: '{}' };
  await store.save({ folded: entries.length, at: startAt, ...base });
  let isOver = false;
  const cutoffs = { log: startAt + 1, seconds: 0, minutes: 0, hours: 0, audit: 0 };
  const expired = store.expire(cutoffs).then(() => (isOver = true));
  let stored = 0;
  while (!isOver) stored += (await store.append(entries.slice(stored, stored + 1))).length;
  await expired;
  expect(stored).toBeGreaterThan(10);
  expect(await store.usedBytes()).toBeLessThan(before / 2);
});
