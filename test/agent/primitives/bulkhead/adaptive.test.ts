import { type AdaptiveOptions, type Bulkhead, type BulkheadOptions, createAgent } from '@holdfast/agent';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { createBulkhead } from '../../../../agent/src/primitives/bulkhead/bulkhead.ts';
import { hang } from '../../support/breaker.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

interface Stage extends TestRuntime {
  readonly bulkhead: Bulkhead;
  readonly limit: () => number;
  readonly server: Server;
}

/** Does so many calls at a time well. */
interface Server {
  capacity: number;
  inFlight: number;
}

function setUp(adaptive: AdaptiveOptions): Stage {
  const test = createTestRuntime();
  const bulkhead = createBulkhead(test.runtime, 'reports', { maxConcurrentCalls: 200, adaptive });
  const limit = (): number => test.telemetry.gauges('bulkhead/reports').limit ?? 0;
  return { ...test, bulkhead, limit, server: { capacity: 50, inFlight: 0 } };
}

/** Clients that call again as soon as they have an answer, and a little later where they were turned away. */
async function press(
  { bulkhead, clock, server }: Stage,
  forMs: number,
  kind: 'slows' | 'refuses',
): Promise<void> {
  const untilMs = clock.monotonic() + forMs;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimeout(resolve, ms));
  const serve = async (): Promise<void> => {
    server.inFlight += 1;
    const load = server.inFlight / server.capacity;
    await sleep(kind === 'slows' ? 50 * Math.max(1, load) : 50);
    server.inFlight -= 1;
    if (kind === 'refuses' && load > 1) throw Object.assign(new Error('busy'), { status: 503 });
  };
  const client = async (): Promise<void> => {
    while (clock.monotonic() < untilMs) await bulkhead.execute(serve).catch(() => sleep(25));
  };
  const clients = Array.from({ length: 120 }, client);
  await clock.advance(forMs);
  await Promise.all([...clients, clock.advance(5_000)]);
}

describe('aimd', () => {
  test('finds how many calls are answered, up and down', async () => {
    const stage = setUp({ kind: 'aimd', initialLimit: 5 });
    stage.server.capacity = 40;
    await press(stage, 8_000, 'refuses');
    expect(stage.limit()).toBeGreaterThanOrEqual(32);
    expect(stage.limit()).toBeLessThanOrEqual(42);
    stage.server.capacity = 10;
    await press(stage, 4_000, 'refuses');
    expect(stage.limit()).toBeGreaterThanOrEqual(7);
    expect(stage.limit()).toBeLessThanOrEqual(12);
    stage.server.capacity = 40;
    await press(stage, 8_000, 'refuses');
    expect(stage.limit()).toBeGreaterThanOrEqual(32);
  });

  test('falls once for calls that began before it fell', async () => {
    const { bulkhead, limit } = setUp({ kind: 'aimd', initialLimit: 100 });
    const calls = Array.from({ length: 50 }, () => hang((fn) => bulkhead.execute(fn)));
    for (const call of calls) call.reject(Object.assign(new Error('busy'), { status: 503 }));
    await Promise.allSettled(calls.map(({ answer }) => answer));
    expect(limit()).toBe(90);
  });

  test('slow calls count as failed, mistakes of the caller as answered', async () => {
    const { bulkhead, clock, limit } = setUp({ kind: 'aimd', initialLimit: 20, slowCallMs: 100 });
    const slow = hang((fn) => bulkhead.execute(fn));
    await clock.advance(101);
    slow.resolve('at last');
    await slow.answer;
    expect(limit()).toBe(18);
    await clock.advance(1);
    const mistakes = Array.from({ length: 18 }, () => hang((fn) => bulkhead.execute(fn)));
    for (const call of mistakes) call.reject(Object.assign(new Error('no'), { status: 404 }));
    await Promise.allSettled(mistakes.map(({ answer }) => answer));
    for (let call = 0; call < 50; call++) await bulkhead.execute(() => 'fine');
    expect(limit()).toBe(18); // half of it was used for nine calls: not a whole round
  });

  test('a limit of which little is used does not grow', async () => {
    const { bulkhead, limit } = setUp({ kind: 'aimd', initialLimit: 20 });
    for (let call = 0; call < 1_000; call++) await bulkhead.execute(() => 'fine');
    expect(limit()).toBe(20);
  });
});

describe('gradient2', () => {
  test('finds where calls begin to take longer, up and down', async () => {
    const stage = setUp({ kind: 'gradient2', windowMs: 100 });
    await press(stage, 15_000, 'slows');
    expect(stage.limit()).toBeGreaterThanOrEqual(55);
    expect(stage.limit()).toBeLessThanOrEqual(105);
    stage.server.capacity = 10;
    await press(stage, 6_000, 'slows');
    expect(stage.limit()).toBeLessThanOrEqual(35);
    stage.server.capacity = 50;
    await press(stage, 15_000, 'slows');
    expect(stage.limit()).toBeGreaterThanOrEqual(55);
  });

  test('a limit of which little is used does not grow', async () => {
    const { bulkhead, clock, limit } = setUp({ kind: 'gradient2', windowMs: 10 });
    for (let call = 0; call < 500; call++) {
      await bulkhead.execute(() => 'fine');
      await clock.advance(5);
    }
    expect(limit()).toBe(20);
  });
});

test('a limit that shrinks breaks no call under way', async () => {
  const { bulkhead, telemetry, clock, limit } = setUp({ kind: 'aimd', initialLimit: 10, backoffRatio: 0.5 });
  const calls = Array.from({ length: 10 }, () => hang((fn) => bulkhead.execute(fn)));
  calls[0]?.reject(Object.assign(new Error('busy'), { status: 503 }));
  await clock.advance(1);
  expect(limit()).toBe(5);
  expect(telemetry.gauges('bulkhead/reports')).toMatchObject({ in_flight: 9, limit: 5 });
  await expect(bulkhead.execute(() => 'never')).rejects.toMatchObject({ code: 'HOLDFAST_BULKHEAD_FULL' });
  for (const call of calls) call.resolve('done');
  const answers = await Promise.allSettled(calls.map(({ answer }) => answer));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
  expect(await bulkhead.execute(() => 'room again')).toBe('room again');
});

test('a limit that grows lets in who waits', async () => {
  const { runtime, clock } = createTestRuntime();
  const bulkhead = createBulkhead(runtime, 'reports', {
    maxConcurrentCalls: 10,
    maxQueueLength: 10,
    adaptive: { kind: 'aimd', initialLimit: 1 },
  });
  const running = hang((fn) => bulkhead.execute(fn));
  const waiting = Array.from({ length: 3 }, () => hang((fn) => bulkhead.execute(fn)));
  let begunCount = 0;
  const more = Array.from({ length: 3 }, () => bulkhead.execute(() => (begunCount += 1)));
  running.resolve('done'); // the limit is two now
  await clock.advance(0);
  for (const call of waiting.slice(0, 2)) call.resolve('done');
  await clock.advance(0);
  expect(begunCount).toBeGreaterThanOrEqual(1);
  waiting[2]?.resolve('done');
  await Promise.all(more);
});

test.each([
  [{ kind: 'vegas' }, '`adaptive.kind` must be one of aimd, gradient2, got "vegas"'],
  [{}, '`adaptive.kind` must be one of aimd, gradient2, got nothing'],
  ['aimd', '`adaptive` must be an object, got "aimd"'],
  [{ kind: 'aimd', smoothing: 1 }, '`adaptive.smoothing` is not an option'],
  [
    { kind: 'aimd', backoffRatio: 90 },
    '`adaptive.backoffRatio` must be between 0.5 and 1, got 90 (a percentage?)',
  ],
  [{ kind: 'aimd', maxLimit: 500 }, '`adaptive.maxLimit` must be between 1 and 100, got 500'],
  [{ kind: 'aimd', minLimit: 60, maxLimit: 50 }, '`adaptive.minLimit` must be at most `maxLimit`, got 60'],
  [{ kind: 'gradient2', initialLimit: 0 }, '`adaptive.initialLimit` must be between 1 and 1000000, got 0'],
  [
    { kind: 'gradient2', minLimit: 10, initialLimit: 5 },
    '`adaptive.initialLimit` must be between 10 and 100, got 5',
  ],
])('options %j are refused by name', (adaptive, message) => {
  const agent = createAgent({ service: 'shop', collector: false, clock: new FakeClock() });
  const options = { maxConcurrentCalls: 100, adaptive } as BulkheadOptions;
  expect(() => agent.bulkhead('reports', options)).toThrow(message);
});
