import { describe, expect, test } from 'vitest';
import {
  createIdempotency,
  type Idempotency,
} from '../../../../agent/src/primitives/idempotency/idempotency.ts';
import type { IdempotencyOptions } from '../../../../agent/src/primitives/idempotency/options.ts';
import { hang } from '../../support/breaker.ts';
import { KeyStore } from '../../support/key-store.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

interface Fleet extends TestRuntime {
  readonly store: KeyStore;
  /** Two processes that share a store and a clock. */
  readonly here: Idempotency;
  readonly there: Idempotency;
  counts(): object;
}

function fleet(options: IdempotencyOptions = {}): Fleet {
  const store = new KeyStore();
  const test = createTestRuntime({ startAt: 1_700_000_000_000 });
  const other = createTestRuntime({ seed: 2 });
  const all = { store, leaseMs: 3_000, ...options };
  return {
    ...test,
    store,
    here: createIdempotency(test.runtime, 'orders', all),
    there: createIdempotency({ ...other.runtime, clock: test.clock }, 'orders', all),
    counts: () => test.telemetry.counts('idempotency/orders'),
  };
}

const key = 'a';
const boom = Object.assign(new Error('down'), { code: 'E_DOWN' });

test('what another process did is answered and not run again', async () => {
  const { here, there, counts } = fleet();
  await there.execute(() => ({ receipt: 'r-1' }), { key });
  expect(await here.execute(() => ({ receipt: 'never' }), { key })).toEqual({ receipt: 'r-1' });
  expect(counts()).toEqual({ success: 1, cache_hits: 1 });
});

test('primitives of another name have keys of their own', async () => {
  const { runtime, store, here } = fleet();
  const refunds = createIdempotency(runtime, 'refunds', { store });
  await here.execute(() => 'order', { key });
  expect(await refunds.execute(() => 'refund', { key })).toBe('refund');
  expect([...store.rows.keys()]).toEqual(['orders/a', 'refunds/a']);
});

test('an answer of nothing is an answer', async () => {
  const { here, there } = fleet();
  await there.execute(() => undefined, { key });
  expect(await here.execute(() => 'never', { key })).toBeUndefined();
});

test('a kept failure comes back with its name, message and code', async () => {
  const { here, there } = fleet({ keepFailure: true });
  await there.execute(() => Promise.reject(boom), { key }).catch(() => undefined);
  const again = here.execute(() => 'never', { key });
  await expect(again).rejects.toMatchObject({ name: 'Error', message: 'down', code: 'E_DOWN' });
});

test('a failure that is not kept gives the key back', async () => {
  const { here, there } = fleet();
  await there.execute(() => Promise.reject(boom), { key }).catch(() => undefined);
  expect(await here.execute(() => 'run again', { key })).toBe('run again');
});

test('another payload is refused across processes', async () => {
  const { here, there } = fleet();
  await there.execute(() => 1, { key, payload: 'tea' });
  const code = 'HOLDFAST_IDEMPOTENCY_CONFLICT';
  await expect(here.execute(() => 2, { key, payload: 'rope' })).rejects.toMatchObject({ code });
});

describe('a call whose key another process runs', () => {
  test('waits for its answer', async () => {
    const { here, there, clock } = fleet();
    const running = hang((fn) => there.execute(() => fn(), { key }));
    const waiting = here.execute(() => 'never', { key });
    await clock.advance(400);
    running.resolve('from there');
    await clock.advance(1_000);
    expect(await waiting).toBe('from there');
  });

  test('is told when that takes too long', async () => {
    const { here, there, clock, counts } = fleet({ maxWaitMs: 1_000 });
    hang((fn) => there.execute(() => fn(), { key }));
    const waiting = hang(() => here.execute(() => 'never', { key })).answer;
    await clock.advance(1_000);
    await expect(waiting).rejects.toMatchObject({
      code: 'HOLDFAST_TIMED_OUT',
      message: 'key "a" of idempotency "orders" is still under way in another process',
      retryAfterMs: expect.any(Number),
    });
    expect(counts()).toEqual({ timeout: 1, class_partial_outage: 1 });
  });

  test('may be given up', async () => {
    const { here, there, clock } = fleet();
    hang((fn) => there.execute(() => fn(), { key }));
    const controller = new AbortController();
    const waiting = hang(() => here.execute(() => 'never', { key, signal: controller.signal })).answer;
    await clock.advance(10);
    controller.abort(new Error('gave up'));
    await expect(waiting).rejects.toThrow('gave up');
  });

  test('runs nothing where it is given up while the store thinks', async () => {
    const { here, store, clock } = fleet();
    const controller = new AbortController();
    let runs = 0;
    const call = here.execute(() => ++runs, { key, signal: controller.signal });
    await Promise.resolve(); // the claim is on its way
    controller.abort(new Error('gave up'));
    await expect(call).rejects.toThrow('gave up');
    await clock.advance(0);
    expect({ runs, rows: store.rows.size }).toEqual({ runs: 0, rows: 0 });
  });

  test('runs once that process has crashed and its lease is over', async () => {
    const { here, store, clock } = fleet();
    const nowAt = clock.now();
    const { fingerprint } = await fingerprintIn(here, store);
    store.rows.set('orders/a', { owner: 'dead', fingerprint, untilAt: nowAt + 3_000 });
    let runs = 0;
    const waiting = here.execute(() => ++runs, { key });
    await clock.advance(2_000);
    expect(runs).toBe(0);
    await clock.advance(2_000);
    expect([await waiting, runs]).toEqual([1, 1]);
  });
});

test('a lease is renewed while the function runs', async () => {
  const { here, there, clock } = fleet({ maxWaitMs: 100 });
  const running = hang((fn) => there.execute(() => fn(), { key }));
  await clock.advance(60_000);
  const waiting = hang(() => here.execute(() => 'never', { key })).answer;
  await clock.advance(100);
  await expect(waiting).rejects.toMatchObject({ code: 'HOLDFAST_TIMED_OUT' });
  running.resolve('done');
  expect(await running.answer).toBe('done');
});

test('a function whose key was taken over is aborted, and late', async () => {
  const { here, store, clock, counts } = fleet();
  let reason: unknown;
  const running = hang((fn) =>
    here.execute(
      ({ signal }) => {
        signal.addEventListener('abort', () => (reason = signal.reason));
        return fn();
      },
      { key },
    ),
  );
  await clock.advance(0);
  const row = store.rows.get('orders/a');
  store.rows.set('orders/a', { owner: 'other', fingerprint: row?.fingerprint ?? '', untilAt: 1e15 });
  await clock.advance(1_000);
  expect(reason).toEqual(new Error('key "a" of idempotency "orders" was taken over by another process'));
  running.resolve('done');
  expect(await running.answer).toBe('done');
  expect(counts()).toEqual({ success: 1, late: 1 });
  expect(store.rows.get('orders/a')).toMatchObject({ owner: 'other' });
});

describe('a store that fails', () => {
  test('when a key is claimed lets nothing run', async () => {
    const { here, store, counts } = fleet();
    store.broken.add('begin');
    let runs = 0;
    const failure: unknown = await here.execute(() => ++runs, { key }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      message: 'key "a" of idempotency "orders" could not be claimed',
      cause: new Error('begin is broken'),
    });
    expect({ runs, counts: counts() }).toEqual({ runs: 0, counts: { failure: 1, class_unknown: 1 } });
  });

  test('lets it run where that was asked for, and is reported', async () => {
    const { here, store, faults } = fleet({ onStoreFailure: 'run' });
    store.broken.add('begin');
    expect(await here.execute(() => 'done', { key })).toBe('done');
    expect(faults).toMatchObject([{ cause: new Error('begin is broken') }]);
    expect(store.calls).toEqual(['begin']);
  });

  test('after the run keeps the key taken until it is told', async () => {
    const { here, there, store, clock, faults } = fleet({ maxWaitMs: 500 });
    store.broken.add('complete');
    expect(await here.execute(() => 'done', { key })).toBe('done');
    expect(await here.execute(() => 'never', { key })).toBe('done');
    const other = hang(() => there.execute(() => 'never', { key })).answer;
    await clock.advance(2_000);
    await expect(other).rejects.toMatchObject({ code: 'HOLDFAST_TIMED_OUT' });
    store.broken.clear();
    await clock.advance(1_000);
    expect(await there.execute(() => 'never', { key })).toBe('done');
    expect(faults.length).toBeGreaterThan(0);
    await clock.advance(60_000);
    expect(store.calls.filter((call) => call === 'complete')).toHaveLength(4);
  });

  test('and never comes back is given up with the outcome', async () => {
    const { here, store, clock } = fleet({ ttlMs: 5_000 });
    store.broken.add('complete');
    await here.execute(() => 'done', { key });
    await clock.advance(60_000);
    expect(store.calls.filter((call) => call === 'complete')).toHaveLength(5);
  });
});

test('a result that no store can hold is refused, and stays refused', async () => {
  const { here, there } = fleet();
  const problem = '`result.at` must be what JSON can hold, got a Date';
  await expect(here.execute(() => ({ at: new Date(0) }), { key })).rejects.toThrow(new TypeError(problem));
  await expect(there.execute(() => 'never', { key })).rejects.toThrow(problem);
});

test('what a store holds may not have a bound as well', () => {
  const { runtime } = createTestRuntime();
  const make = (): unknown => createIdempotency(runtime, 'orders', { store: new KeyStore(), maxEntries: 5 });
  expect(make).toThrow(
    '`maxEntries` bounds what is kept in this process; with a `store` it must be left out',
  );
});

/** What `execute` without a payload is known by. */
async function fingerprintIn(here: Idempotency, store: KeyStore): Promise<{ fingerprint: string }> {
  await here.execute(() => 'any', { key: 'probe' });
  return { fingerprint: store.rows.get('orders/probe')?.fingerprint ?? '' };
}
