import { expect, test } from 'vitest';
import type { EventStore, Flush } from '../../../collector/src/store/event-store.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite-event-store.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { setting } from '../../support/setting.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { realTime } from '../../support/time.ts';

/** Of which each has a minute, its seconds and an hour. */
const series = setting('EXPIRED_SERIES', 500);
const minutes = setting('EXPIRED_MINUTES', 20);
const logEntries = series * 2;
const agent = { service: 'checkout', instance: 'a', epoch: 'one' };
const second = 1_000;

/** What a fleet leaves behind in some minutes, saved a minute at a time. */
async function fill(store: EventStore): Promise<void> {
  for (let entry = 0; entry < logEntries; entry += 500) await append(store, 500);
  for (let minute = 0; minute < minutes; minute++) {
    const slices: Flush['slices'] = Array.from({ length: series }, (_, index) => index).flatMap((index) =>
      (['seconds', 'minutes', 'hours'] as const).map((tier) => ({
        tier,
        minute: tier === 'hours' ? 0 : minute,
        address: `checkout/circuit_breaker/${index}`,
        instance: 'a',
        bytes: new Uint8Array(tier === 'seconds' ? 500 : 40),
      })),
    );
    const folded = Math.floor((logEntries * (minute + 1)) / minutes);
    const rest = { totals: [], events: [], audit: [], fleet: '{}', at: minute * 60_000, base: [] };
    await store.save({ ...rest, folded, slices });
  }
}

async function append(store: EventStore, count: number): Promise<void> {
  const fact = { type: 'refused', agent, seq: 0, problem: 'none' } as const;
  await store.append(Array.from({ length: count }, () => ({ at: 1, fact })));
}

test('commits go on while all that is old is removed', async () => {
  const scope = scopeOfTest();
  const store = await openSqliteStore(await temporaryFolder(scope));
  scope.onEnd(() => store.close());
  await fill(store);
  const alone = await waitsUntil(realTime.sleep(second), store);
  const past = minutes * 60_000;
  const beganMs = realTime.monotonic();
  const cutoffs = { log: past, seconds: past, minutes: past, hours: past * 60, audit: past };
  const beside = await waitsUntil(store.expire(cutoffs), store);
  const story = {
    rows: series * (2 * minutes + 1) + logEntries,
    tookMs: Math.round(realTime.monotonic() - beganMs),
  };
  process.stderr.write(`expiry: ${JSON.stringify({ ...story, commitMs: { alone, beside } })}\n`);
  expect(beside.count).toBeGreaterThan(3);
  const address = 'checkout/circuit_breaker/7';
  for (const tier of ['seconds', 'minutes', 'hours'] as const)
    expect(await store.slices({ tier, address, from: 0, to: minutes })).toEqual([]);
  for await (const { id } of store.readFrom(0)) {
    expect(id).toBeGreaterThan(logEntries - logEntries / minutes);
    break;
  }
});

/** How long commits of a few entries take, one after the other, until something has happened. */
async function waitsUntil(
  end: Promise<unknown>,
  store: EventStore,
): Promise<{ readonly count: number; readonly p50: number; readonly p99: number; readonly max: number }> {
  const waits: number[] = [];
  let isOver = false;
  const over = end.finally(() => (isOver = true));
  while (!isOver) {
    const beganMs = realTime.monotonic();
    await append(store, 20);
    waits.push(realTime.monotonic() - beganMs);
    await realTime.sleep(5);
  }
  await over;
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(10 * (sorted[Math.floor(share * (sorted.length - 1))] ?? 0)) / 10;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

test('a removal that stops half way leaves a base with its log', async () => {
  const scope = scopeOfTest();
  const store = await openSqliteStore(await temporaryFolder(scope));
  scope.onEnd(() => store.close());
  const [count, each] = [8, 1_500];
  for (let base = 1; base <= count; base++) {
    await append(store, each);
    const rest = { totals: [], events: [], audit: [], fleet: '{}', base: [], slices: [] };
    await store.save({ ...rest, folded: base * each, at: base * 1_000_000 });
  }
  const ending = new AbortController();
  const cutoffs = { log: count * 1_000_000 - 1, seconds: 0, minutes: 0, hours: 0, audit: 0 };
  const expiring = store.expire(cutoffs, ending.signal);
  while ((await firstEntry(store)) <= each) await realTime.sleep(0);
  ending.abort();
  await expiring;
  const first = await firstEntry(store);
  const { snapshot } = await store.clear();
  expect(snapshot?.id).toBeGreaterThanOrEqual(first - 1);
});

async function firstEntry(store: EventStore): Promise<number> {
  for await (const { id } of store.readFrom(0)) return id;
  return 0;
}
