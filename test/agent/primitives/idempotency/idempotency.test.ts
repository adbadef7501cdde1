import { describe, expect, test } from 'vitest';
import {
  createIdempotency,
  type Idempotency,
} from '../../../../agent/src/primitives/idempotency/idempotency.ts';
import type { IdempotencyOptions } from '../../../../agent/src/primitives/idempotency/options.ts';
import { createTestAgent } from '../../support/agent.ts';
import { hang } from '../../support/breaker.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

interface Desk extends TestRuntime {
  readonly orders: Idempotency;
  /** Each run answers the next number. */
  ask(key: string, payload?: unknown): Promise<number>;
  counts(): object;
}

function desk(options: IdempotencyOptions = {}): Desk {
  const runtime = createTestRuntime({ startAt: 1_700_000_000_000 });
  const orders = createIdempotency(runtime.runtime, 'orders', options);
  let runs = 0;
  return {
    ...runtime,
    orders,
    ask: (key, payload) => orders.execute(() => ++runs, { key, payload }),
    counts: () => runtime.telemetry.counts('idempotency/orders'),
  };
}

const conflict = {
  code: 'HOLDFAST_IDEMPOTENCY_CONFLICT',
  source: { primitive: 'idempotency', name: 'orders' },
};

describe('a key', () => {
  test('is run once, and answered the same again', async () => {
    const { ask, counts } = desk();
    expect([await ask('a'), await ask('a'), await ask('b')]).toEqual([1, 1, 2]);
    expect(counts()).toEqual({ success: 3, cache_hits: 1 });
  });

  test('is forgotten when its time is over', async () => {
    const { ask, clock } = desk({ ttlMs: 1_000 });
    await ask('a');
    await clock.advance(999);
    expect(await ask('a')).toBe(1);
    await clock.advance(1);
    expect(await ask('a')).toBe(2);
  });

  test('makes room for newer ones, the oldest first', async () => {
    const { ask, telemetry } = desk({ maxEntries: 2 });
    for (const key of ['a', 'b', 'c']) await ask(key);
    expect([await ask('c'), await ask('b'), await ask('a')]).toEqual([3, 2, 4]);
    expect(telemetry.gauges('idempotency/orders')).toEqual({ in_flight: 0, limit: 2, available: 0 });
  });

  test('with another payload is refused by name', async () => {
    const { ask, counts, telemetry } = desk();
    await ask('order-7', { items: ['tea'], note: 'x' });
    expect(await ask('order-7', { note: 'x', items: ['tea'] })).toBe(1);
    await expect(ask('order-7', { items: ['rope'] })).rejects.toMatchObject({
      ...conflict,
      message: 'key "order-7" of idempotency "orders" came with another payload before',
    });
    await expect(ask('order-7')).rejects.toMatchObject(conflict);
    expect(counts()).toEqual({ success: 2, cache_hits: 1, rejected: 2, class_caller: 2 });
    expect(telemetry.kinds()).toEqual(['error.sampled']);
  });

  test('can be told from another by a fingerprint of our own', async () => {
    const { ask } = desk({ fingerprint: (payload) => String(payload).toLowerCase() });
    await ask('a', 'TEA');
    expect(await ask('a', 'tea')).toBe(1);
    await expect(ask('a', 'rope')).rejects.toMatchObject(conflict);
  });

  test.each([
    ['nothing', undefined, TypeError, '`key` must be a string, got nothing'],
    ['empty', '', RangeError, '`key` must have 1 to 256 characters, got none'],
    ['too long', 'k'.repeat(257), RangeError, '`key` must be at most 256 characters, got 257'],
  ])('that is %s is refused, and nothing runs', async (_what, key, type, message) => {
    const { orders, counts } = desk();
    let runs = 0;
    // @ts-expect-error what plain JavaScript may hand in
    const failure: unknown = await orders.execute(() => ++runs, { key }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(type);
    expect(failure).toMatchObject({ message });
    expect({ runs, counts: counts() }).toEqual({ runs: 0, counts: { failure: 1, class_critical: 1 } });
  });
});

describe('calls that come while it is being done', () => {
  test('share its answer', async () => {
    const { orders, counts, telemetry } = desk();
    let runs = 0;
    const first = hang((fn) => orders.execute(() => fn(), { key: 'a' }));
    const second = orders.execute(() => ++runs, { key: 'a' });
    await Promise.resolve();
    expect(telemetry.gauges('idempotency/orders')).toMatchObject({ in_flight: 1 });
    first.resolve('done');
    expect([await first.answer, await second, runs]).toEqual(['done', 'done', 0]);
    expect(counts()).toEqual({ success: 2, coalesced: 1 });
    expect(telemetry.timedCount('idempotency/orders')).toBe(2);
  });

  test('share its error, which counts once', async () => {
    const { orders, counts } = desk();
    const boom = new Error('down');
    const first = hang((fn) => orders.execute(() => fn(), { key: 'a' }));
    const second = orders.execute(() => 'never', { key: 'a' });
    await Promise.resolve();
    first.reject(boom);
    await expect(first.answer).rejects.toBe(boom);
    await expect(second).rejects.toBe(boom);
    expect(counts()).toEqual({ failure: 2, coalesced: 1, class_unknown: 1 });
  });

  test('with another payload are refused', async () => {
    const { orders, ask } = desk();
    const first = hang((fn) => orders.execute(() => fn(), { key: 'a', payload: 1 }));
    await expect(ask('a', 2)).rejects.toMatchObject(conflict);
    first.resolve('done');
    expect(await first.answer).toBe('done');
  });
});

describe('a caller who gives up', () => {
  test('leaves the others their answer', async () => {
    const { orders, counts } = desk();
    const controller = new AbortController();
    let aborted = false;
    const first = hang((fn) =>
      orders.execute(
        ({ signal }) => {
          signal.addEventListener('abort', () => (aborted = true));
          return fn();
        },
        { key: 'a', signal: controller.signal },
      ),
    );
    const second = orders.execute(() => 'never', { key: 'a' });
    await Promise.resolve();
    controller.abort(new Error('gave up'));
    await expect(first.answer).rejects.toThrow('gave up');
    first.resolve('done');
    expect([await second, aborted]).toEqual(['done', false]);
    expect(counts()).toEqual({ success: 1, cancelled: 1, class_cancelled: 1, coalesced: 1 });
  });

  test('as the last one aborts the function', async () => {
    const { orders, ask, clock } = desk();
    const controller = new AbortController();
    const call = orders.execute(
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { key: 'a', signal: controller.signal },
    );
    await clock.advance(0);
    controller.abort(new Error('gave up'));
    const next = ask('a');
    await expect(call).rejects.toThrow('gave up');
    expect(await next).toBe(1);
  });

  test('and one who comes after waits for what still runs', async () => {
    const { orders, ask, clock } = desk();
    const controller = new AbortController();
    const first = hang((fn) => orders.execute(() => fn(), { key: 'a', signal: controller.signal }));
    await clock.advance(0);
    controller.abort(new Error('gave up'));
    await expect(first.answer).rejects.toThrow('gave up');
    const later = ask('a');
    first.resolve('done after all');
    expect(await later).toBe('done after all');
  });

  test('before it began runs nothing', async () => {
    const { orders, counts } = desk();
    const signal = AbortSignal.abort(new Error('gave up'));
    await expect(orders.execute(() => 'never', { key: 'a', signal })).rejects.toThrow('gave up');
    expect(counts()).toEqual({ cancelled: 1, class_cancelled: 1 });
  });
});

describe('a failure', () => {
  const boom = new Error('down');
  const failing = (): never => {
    throw boom;
  };

  test('is not kept, so that another try may run', async () => {
    const { orders, ask, counts } = desk();
    await expect(orders.execute(failing, { key: 'a' })).rejects.toBe(boom);
    expect(await ask('a')).toBe(1);
    expect(counts()).toEqual({ failure: 1, class_unknown: 1, success: 1 });
  });

  test('is kept where asked for, and counted by class once', async () => {
    const { orders, ask, counts } = desk({ keepFailure: true });
    await expect(orders.execute(failing, { key: 'a' })).rejects.toBe(boom);
    await expect(ask('a')).rejects.toBe(boom);
    expect(counts()).toEqual({ failure: 2, class_unknown: 1, cache_hits: 1 });
  });

  test('is kept by what a function says of it', async () => {
    const { orders, ask } = desk({ keepFailure: (error) => error === boom });
    await orders.execute(failing, { key: 'a' }).catch(() => undefined);
    await orders.execute(() => Promise.reject(new Error('other')), { key: 'b' }).catch(() => undefined);
    await expect(ask('a')).rejects.toBe(boom);
    expect(await ask('b')).toBe(1);
  });

  test('is not kept where that function throws', async () => {
    const { orders, ask, faults } = desk({
      keepFailure: () => {
        throw new Error('a bug');
      },
    });
    await expect(orders.execute(failing, { key: 'a' })).rejects.toBe(boom);
    expect(await ask('a')).toBe(1);
    expect(faults).toEqual([new Error('a bug')]);
  });
});

test('it stands in any order with other primitives', async () => {
  const { agent } = await createTestAgent();
  const once = agent.compose(agent.idempotency('orders'), agent.retry('orders', { maxRetries: 1 }));
  let runs = 0;
  const options = { key: 'a' };
  expect([await once.execute(() => ++runs, options), await once.execute(() => ++runs, options)]).toEqual([
    1, 1,
  ]);
});

test('it is asked for again by its name', async () => {
  const { agent } = await createTestAgent();
  const orders = agent.idempotency('orders', { ttlMs: 1_000 });
  expect(agent.idempotency('orders')).toBe(orders);
  expect(() => agent.idempotency('orders', {})).toThrow('exists already');
});

test.each([
  [{ ttl: 5 }, TypeError, '`ttl` is not an option; did you mean `ttlMs`?'],
  [{ ttlMs: 0 }, RangeError, '`ttlMs` must be between 1 and'],
  [{ store: {} }, TypeError, '`store` must be an object with the methods begin, renew, complete, release'],
  [{ maxEntries: 1.5 }, RangeError, '`maxEntries` must be a whole number, got 1.5'],
  [{ keepFailure: 'yes' }, TypeError, '`keepFailure` must be a function, got "yes"'],
  [{ onStoreFailure: 'open' }, RangeError, '`onStoreFailure` must be one of reject, run, got "open"'],
  [{ fingerprint: 'sha' }, TypeError, '`fingerprint` must be a function'],
])('%j is refused when it is made', (options, type, message) => {
  const { runtime } = createTestRuntime();
  const make = (): unknown => Reflect.apply(createIdempotency, undefined, [runtime, 'orders', options]);
  expect(make).toThrow(type);
  expect(make).toThrow(message);
});
