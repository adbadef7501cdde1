import type { Endpoints, EndpointsOptions } from '@holdfast/agent';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEndpoints } from '../../../../agent/src/primitives/endpoints/endpoints.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

const three = ['http://a', 'http://b', 'http://c'];

interface PoolUnderTest extends TestRuntime {
  readonly pool: Endpoints;
}

function createPool(options: Partial<EndpointsOptions> = {}): PoolUnderTest {
  const under = createTestRuntime({ startAt: 1_000_000 });
  const pool = createEndpoints(under.runtime, 'orders', {
    endpoints: three,
    balance: 'round_robin',
    ...options,
  });
  return { ...under, pool };
}

/** Makes calls that fail with `error` where `fails` says so. */
async function call(
  pool: Endpoints,
  calls: number,
  { fails, error = new Error('down') }: { fails: (endpoint: string) => boolean; error?: unknown },
): Promise<void> {
  for (let made = 0; made < calls; made++) {
    await pool
      .execute(({ endpoint }) => {
        if (fails(endpoint)) throw error;
      })
      .catch(() => undefined);
  }
}

function ejected(pool: Endpoints): string[] {
  return pool.status.filter(({ state }) => state === 'ejected').map(({ id }) => id);
}

const isA = (endpoint: string): boolean => endpoint === 'http://a';

describe('failures in a row', () => {
  test('eject an endpoint for a while', async () => {
    const { pool, clock, telemetry } = createPool();
    await call(pool, 12, { fails: isA });
    expect(ejected(pool)).toEqual([]);
    await call(pool, 3, { fails: isA });
    expect(pool.status[0]).toEqual({
      endpoint: 'http://a',
      id: 'http://a',
      state: 'ejected',
      inFlightCount: 0,
      failureCount: 5,
      ejectionCount: 1,
      cause: '5 failures in a row',
      untilAt: 1_030_000,
    });
    expect(telemetry.gauges('endpoints/orders')).toMatchObject({ ejected: 1, limit: 3 });
    const seen: string[] = [];
    for (let made = 0; made < 6; made++) seen.push(await pool.execute(({ endpoint }) => endpoint));
    expect(seen).not.toContain('http://a');
    await clock.advance(29_999);
    expect(ejected(pool)).toEqual(['http://a']);
    await clock.advance(1);
    expect(ejected(pool)).toEqual([]);
    expect(telemetry.events.filter(({ kind }) => kind.startsWith('endpoints.'))).toEqual([
      { kind: 'endpoints.ejected', endpoint: 'http://a', cause: '5 failures in a row', untilAt: 1_030_000 },
      { kind: 'endpoints.restored', endpoint: 'http://a' },
    ]);
  });

  test('are ended by a success, or an answer that blames the caller', async () => {
    const { pool } = createPool({ consecutiveFailures: 2 });
    await call(pool, 3, { fails: () => true });
    await call(pool, 3, { fails: () => false });
    await call(pool, 3, { fails: () => true });
    await call(pool, 3, { fails: () => true, error: Object.assign(new Error('no'), { status: 404 }) });
    await call(pool, 3, { fails: () => true });
    expect(ejected(pool)).toEqual([]);
  });

  test('are what the classifier counts for breakers', async () => {
    const { pool } = createPool({ consecutiveFailures: 1 });
    await call(pool, 3, { fails: isA, error: Object.assign(new Error('no'), { status: 404 }) });
    expect(ejected(pool)).toEqual([]);
    await call(pool, 3, { fails: isA, error: Object.assign(new Error('no'), { status: 503 }) });
    expect(ejected(pool)).toEqual(['http://a']);
  });

  test('are not what other layers reject', async () => {
    const { runtime, telemetry } = createTestRuntime();
    const none = createEndpoints(runtime, 'none', { endpoints: [] });
    const pool = createEndpoints(runtime, 'orders', { endpoints: three, consecutiveFailures: 1 });
    await expect(pool.execute(() => none.execute(() => 1))).rejects.toThrow('no endpoint');
    expect(ejected(pool)).toEqual([]);
    expect(telemetry.counts('endpoints/orders')).toEqual({ ignored: 1 });
  });
});

describe('the time of an ejection', () => {
  test('grows with each in close succession, up to the longest', async () => {
    const { pool, clock } = createPool({
      consecutiveFailures: 1,
      baseEjectionMs: 1_000,
      maxEjectionMs: 2_500,
    });
    for (const forMs of [1_000, 2_000, 2_500, 2_500]) {
      await call(pool, 3, { fails: isA });
      expect(pool.status[0]?.untilAt).toBe(clock.now() + forMs);
      await clock.advance(forMs);
    }
  });

  test('shrinks with each interval in the rotation', async () => {
    const { pool, clock } = createPool({ consecutiveFailures: 1, baseEjectionMs: 1_000, intervalMs: 5_000 });
    await call(pool, 3, { fails: isA });
    await clock.advance(1_000);
    await call(pool, 3, { fails: isA });
    expect(pool.status[0]?.ejectionCount).toBe(2);
    await clock.advance(2_000);
    await clock.advance(10_000);
    expect(pool.status[0]?.ejectionCount).toBe(1);
    await clock.advance(5_000);
    expect(pool.status[0]?.ejectionCount).toBe(0);
    await call(pool, 3, { fails: isA });
    expect(pool.status[0]?.untilAt).toBe(clock.now() + 1_000);
  });
});

describe('the share of ejected endpoints', () => {
  test.each([
    [1, 0.5, 0],
    [2, 0.5, 1],
    [3, 0.5, 1],
    [4, 0.5, 2],
    [10, 0.1, 1],
    [10, 0.01, 1],
    [10, 1, 9],
    [10, 0, 0],
  ])('of %d with a ratio of %d is at most %d', async (size, maxEjectedRatio, most) => {
    const endpoints = Array.from({ length: size }, (_, index) => `http://${index}`);
    const { pool } = createPool({ endpoints, maxEjectedRatio, consecutiveFailures: 1 });
    await call(pool, size * 3, { fails: () => true });
    expect(ejected(pool).length).toBe(most);
  });

  test('never reaches all, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          size: fc.integer({ min: 1, max: 6 }),
          ratio: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        fc.array(fc.tuple(fc.constantFrom('fail', 'succeed', 'wait', 'shrink'), fc.nat(9)), {
          maxLength: 40,
        }),
        async ({ size, ratio }, steps) => {
          const endpoints = Array.from({ length: size }, (_, index) => `http://${index}`);
          const { pool, clock } = createPool({ endpoints, maxEjectedRatio: ratio, consecutiveFailures: 1 });
          for (const [step, amount] of steps) {
            if (step === 'wait') await clock.advance(amount * 10_000);
            else if (step === 'shrink') pool.set(endpoints.slice(0, 1 + (amount % size)));
            else await call(pool, amount, { fails: () => step === 'fail' });
            expect(pool.status.some(({ state }) => state === 'ready')).toBe(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('the success rate', () => {
  const five = ['http://a', 'http://b', 'http://c', 'http://d', 'http://e'];

  /** Every fourth call of `http://a` fails: never five in a row. */
  async function quarter(pool: Endpoints, calls: number): Promise<void> {
    let turns = 0;
    await call(pool, calls, {
      fails: (endpoint) => {
        if (isA(endpoint)) turns += 1;
        return isA(endpoint) && turns % 4 === 0;
      },
    });
  }

  test('ejects what fails clearly more often than the others', async () => {
    const { pool, clock, telemetry } = createPool({ endpoints: five });
    await quarter(pool, 500);
    await clock.advance(10_000);
    expect(ejected(pool)).toEqual(['http://a']);
    expect(telemetry.events).toContainEqual({
      kind: 'endpoints.ejected',
      endpoint: 'http://a',
      cause: 'success rate 75 %, 95 % on average',
      untilAt: 1_040_000,
    });
  });

  test.each<[string, Partial<EndpointsOptions>, number]>([
    ['it is off', { successRate: false }, 500],
    ['too few endpoints can be compared', { endpoints: five.slice(0, 4) }, 500],
    ['there were too few calls', {}, 495],
    ['the factor is higher', { successRate: { factor: 2.1 } }, 500],
  ])('ejects nothing where %s', async (_where, options, calls) => {
    const { pool, clock } = createPool({ endpoints: five, ...options });
    await quarter(pool, calls);
    await clock.advance(10_000);
    expect(ejected(pool)).toEqual([]);
  });

  test('ejects nothing where all fail alike', async () => {
    const { pool, clock } = createPool({ endpoints: five, consecutiveFailures: 1_000 });
    await call(pool, 500, { fails: () => true });
    await clock.advance(10_000);
    expect(ejected(pool)).toEqual([]);
  });
});

describe('other endpoints', () => {
  test('come and go while running, and what stays keeps what is known', async () => {
    const { pool, telemetry, clock } = createPool({ consecutiveFailures: 1 });
    await call(pool, 3, { fails: isA });
    pool.set(['http://a', 'http://b', 'http://d']);
    expect(ejected(pool)).toEqual(['http://a']);
    expect(pool.status.map(({ id }) => id)).toEqual(['http://a', 'http://b', 'http://d']);
    expect(telemetry.events.at(-1)).toEqual({
      kind: 'config.changed',
      changes: ['added http://d', 'removed http://c'],
    });
    pool.set(['http://b', 'http://d']);
    await clock.advance(60_000);
    expect(telemetry.kinds()).not.toContain('endpoints.restored');
    const { length } = telemetry.events;
    pool.set(['http://b', 'http://d']);
    expect(telemetry.events.length).toBe(length);
  });

  test('bring back the earliest where too many would be out', async () => {
    const { pool, clock } = createPool({
      endpoints: ['http://a', 'http://b', 'http://c', 'http://d'],
      consecutiveFailures: 1,
    });
    await call(pool, 4, { fails: isA });
    await clock.advance(1_000);
    await call(pool, 4, { fails: (endpoint) => endpoint === 'http://b' });
    expect(ejected(pool)).toEqual(['http://a', 'http://b']);
    pool.set(['http://a', 'http://b']);
    expect(ejected(pool)).toEqual(['http://b']);
  });

  test('leave calls that are under way alone', async () => {
    const { pool, telemetry } = createPool({ consecutiveFailures: 1 });
    let fail: (error: Error) => void = () => {};
    const call = pool.execute(
      () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
    );
    call.catch(() => undefined);
    pool.set([]);
    fail(new Error('down'));
    await expect(call).rejects.toThrow('down');
    expect(telemetry.gauges('endpoints/orders')).toEqual({ in_flight: 0, limit: 0, ejected: 0 });
    await expect(pool.execute(() => 1)).rejects.toThrow('has no endpoint');
  });

  test('that are no list change nothing', () => {
    const { pool } = createPool();
    expect(() => pool.set(['http://a', 'http://a'])).toThrow(RangeError);
    expect(() => pool.set([7 as never])).toThrow(TypeError);
    expect(pool.status.map(({ id }) => id)).toEqual(three);
  });

  test('leave the process without credentials', async () => {
    const { pool, telemetry } = createPool({
      endpoints: ['http://me:secret@a', 'http://b'],
      consecutiveFailures: 1,
    });
    await call(pool, 2, { fails: (endpoint) => endpoint.includes('secret') });
    expect(telemetry.events).toMatchObject([{}, { endpoint: 'http://[redacted]@a' }]);
    expect(pool.status[0]?.id).toBe('http://me:secret@a');
  });
});
