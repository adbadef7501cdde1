import { type Agent, createAgent, type RateLimiterOptions } from '@holdfast/agent';
import { FakeClock } from '@holdfast/agent/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hang } from '../../support/breaker.ts';
import { createLimiter, type LimiterUnderTest } from '../../support/limiter.ts';

/** The times at which calls ran that came at once, and how many were rejected. */
async function timesOf(
  { limiter, clock }: LimiterUnderTest,
  count: number,
  forMs: number,
): Promise<{ readonly times: number[]; readonly rejected: number }> {
  const times: number[] = [];
  let rejected = 0;
  for (let call = 0; call < count; call++)
    limiter
      .execute(() => times.push(clock.monotonic()))
      .catch(() => {
        rejected += 1;
      });
  await clock.advance(forMs);
  return { times, rejected };
}

const limited = (retryAfterMs: number): object => ({ code: 'HOLDFAST_RATE_LIMITED', retryAfterMs });

describe('a token bucket', () => {
  test('lets a burst in, then calls at a steady rate', async () => {
    const { limiter, clock } = createLimiter({ limit: 10, perMs: 1_000, burst: 2 });
    await limiter.execute(() => 'first');
    await limiter.execute(() => 'second');
    await expect(limiter.execute(() => 'third')).rejects.toMatchObject({
      ...limited(100),
      message: 'rate limiter "search" lets 10 in per 1000 ms; the next in 100 ms',
      source: { service: 'checkout', primitive: 'rate_limiter', name: 'search' },
    });
    await clock.advance(99);
    await expect(limiter.execute(() => 'early')).rejects.toMatchObject(limited(1));
    await clock.advance(1);
    expect(await limiter.execute(() => 'in time')).toBe('in time');
    await expect(limiter.execute(() => 'again')).rejects.toMatchObject(limited(100));
  });

  test('holds no more than its burst after a long pause', async () => {
    const { limiter, clock } = createLimiter({ limit: 10, burst: 3 });
    await clock.advance(60_000);
    expect(limiter.available()).toBe(3);
    for (let call = 0; call < 3; call++) await limiter.execute(() => 'fine');
    await expect(limiter.execute(() => 'never')).rejects.toMatchObject(limited(100));
  });

  test('who comes back after `retryAfterMs` is let in, also at odd rates', async () => {
    const { limiter, clock } = createLimiter({ limit: 7, perMs: 1_000, burst: 1 });
    for (let call = 0; call < 50; call++) {
      await limiter.execute(() => 'fine');
      const error = await limiter.execute(() => 'never').catch((fault: unknown) => fault);
      const { retryAfterMs } = error as { retryAfterMs: number };
      expect(retryAfterMs).toBe(143);
      await clock.advance(retryAfterMs);
    }
  });
});

describe('a sliding window', () => {
  test('lets no more than its limit in within any period', async () => {
    const { limiter, clock } = createLimiter({ kind: 'sliding_window', limit: 2, perMs: 1_000 });
    await limiter.execute(() => 'at 0');
    await clock.advance(900);
    await limiter.execute(() => 'at 900');
    await expect(limiter.execute(() => 'at 900')).rejects.toMatchObject(limited(100));
    await clock.advance(100);
    await limiter.execute(() => 'at 1000');
    await expect(limiter.execute(() => 'at 1000')).rejects.toMatchObject(limited(900));
  });

  test('keeps to its limit over thousands of calls', async () => {
    const test = createLimiter({ kind: 'sliding_window', limit: 5, perMs: 100, maxWaitMs: 100_000 });
    const { times } = await timesOf(test, 2_000, 50_000);
    expect(times).toHaveLength(2_000);
    const gaps = times.slice(5).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBe(100);
  });

  test('takes no burst', () => {
    expect(() => createLimiter({ kind: 'sliding_window', limit: 2, burst: 4 })).toThrow(
      '`burst` must be left out: a sliding window lets `limit` in at once, got 4',
    );
  });
});

describe.each(['token_bucket', 'sliding_window'] as const)('waiting, %s', (kind) => {
  test('calls wait for their turn in the order of arrival', async () => {
    const { limiter, clock, telemetry } = createLimiter({ kind, limit: 1, perMs: 100, maxWaitMs: 250 });
    const log: string[] = [];
    const calls = ['a', 'b', 'c'].map((name) =>
      limiter.execute(() => log.push(`${name} ${clock.monotonic()}`)),
    );
    expect(telemetry.gauges('rate_limiter/search')).toEqual({ available: 0, queue_length: 2 });
    await expect(limiter.execute(() => 'too late')).rejects.toMatchObject(limited(300));
    await clock.advance(200);
    await Promise.all(calls);
    expect(log).toEqual(['a 0', 'b 100', 'c 200']);
    expect(telemetry.counts('rate_limiter/search')).toEqual({ success: 3, rejected: 1, class_rejected: 1 });
  });

  test('who gives up leaves his turn to the next', async () => {
    const { limiter, clock, telemetry } = createLimiter({ kind, limit: 1, perMs: 100, maxWaitMs: 1_000 });
    const log: string[] = [];
    const controller = new AbortController();
    const run = (name: string, signal?: AbortSignal): Promise<unknown> =>
      limiter.execute(() => log.push(`${name} ${clock.monotonic()}`), signal === undefined ? {} : { signal });
    const calls = [run('a'), run('b', controller.signal), run('c'), run('d')];
    const gaveUp = expect(calls[1]).rejects.toThrow('gave up');
    await clock.advance(50);
    controller.abort(new Error('gave up'));
    await gaveUp;
    calls.push(run('e'));
    await clock.advance(1_000);
    expect(log).toEqual(['a 0', 'c 100', 'd 200', 'e 300']);
    expect(telemetry.counts('rate_limiter/search')).toEqual({
      success: 4,
      cancelled: 1,
      class_cancelled: 1,
    });
  });

  test('when all give up, nothing has been spent', async () => {
    const { limiter, clock } = createLimiter({ kind, limit: 1, perMs: 100, maxWaitMs: 1_000 });
    await limiter.execute(() => 'a');
    const controller = new AbortController();
    const waiting = ['b', 'c'].map((name) => limiter.execute(() => name, { signal: controller.signal }));
    controller.abort(new Error('gave up'));
    await Promise.allSettled(waiting);
    await clock.advance(100);
    expect(limiter.tryAcquire()).toBe(true);
  });

  test('a signal that is aborted already spends nothing', async () => {
    const { limiter } = createLimiter({ kind, limit: 1 });
    const signal = AbortSignal.abort(new Error('gave up'));
    await expect(limiter.execute(() => 'never', { signal })).rejects.toThrow('gave up');
    expect(limiter.available()).toBe(1);
  });
});

const anyArrival = fc.record({
  afterMs: fc.nat(120),
  givesUpAfterMs: fc.option(fc.nat(300), { nil: undefined }),
});

test.each(['token_bucket', 'sliding_window'] as const)(
  'whoever comes and goes, a %s is fair',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyArrival, { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        async (arrivals, limit) => {
          const { limiter, clock } = createLimiter({ kind, limit, perMs: 100, maxWaitMs: 500 });
          const runs: (readonly [index: number, atMs: number])[] = [];
          for (const [index, { afterMs, givesUpAfterMs }] of arrivals.entries()) {
            await clock.advance(afterMs);
            const controller = new AbortController();
            const options = { signal: controller.signal };
            limiter.execute(() => runs.push([index, clock.monotonic()]), options).catch(() => undefined);
            if (givesUpAfterMs !== undefined) clock.setTimeout(() => controller.abort(), givesUpAfterMs);
          }
          await clock.advance(2_000);
          expect(runs.map(([index]) => index)).toEqual(
            runs.map(([index]) => index).toSorted((a, b) => a - b),
          );
          // A bucket that was full lets `limit` in, and as many more while it fills again.
          const most = kind === 'sliding_window' ? limit : 2 * limit;
          const gaps = runs.slice(most).map(([, atMs], index) => atMs - (runs[index]?.[1] ?? 0));
          expect(Math.min(100, ...gaps)).toBeGreaterThan(99.9);
          expect(limiter.available()).toBe(limit);
        },
      ),
      { numRuns: 60 },
    );
  },
);

test('saturation is told when it begins and when it ended', async () => {
  const { limiter, clock, telemetry } = createLimiter({ limit: 1, perMs: 60_000 });
  for (let call = 0; call < 4; call++) await limiter.execute(() => 'fine').catch(() => undefined);
  expect(telemetry.events).toEqual([{ kind: 'rate_limiter.saturated', count: 0 }]);
  await clock.advance(20_000);
  expect(telemetry.events.at(-1)).toEqual({ kind: 'rate_limiter.recovered', count: 3 });
});

test('`wrap` keeps arguments and `this`, and the error of the function', async () => {
  const { limiter, telemetry } = createLimiter({ limit: 5 });
  const host = {
    name: 'host',
    greet: limiter.wrap(function (this: { name: string }, whom: string) {
      return `${this.name} greets ${whom}`;
    }),
  };
  expect(await host.greet('ada')).toBe('host greets ada');
  const fault = new Error('own');
  await expect(limiter.execute(() => Promise.reject(fault))).rejects.toBe(fault);
  expect(telemetry.counts('rate_limiter/search')).toMatchObject({ success: 1, failure: 1 });
});

test('in `compose` a rejection is counted by the limiter, once', async () => {
  const { agent } = createTestAgentSync();
  const limiter = agent.rateLimiter('search', { limit: 1 });
  const guarded = agent.compose(agent.bulkhead('search', { maxConcurrentCalls: 1 }), limiter);
  await guarded.execute(() => 'fine');
  await expect(guarded.execute(() => 'never')).rejects.toMatchObject({ code: 'HOLDFAST_RATE_LIMITED' });
  expect(agent.rateLimiter('search')).toBe(limiter);
});

test.each([
  [{}, '`limit` must be a number, got nothing'],
  [{ limit: 0 }, '`limit` must be between 1 and 1000000000, got 0'],
  [{ limit: 1, per: 5 }, '`per` is not an option; did you mean `perMs`?'],
  [{ limit: 1, kind: 'leaky' }, '`kind` must be one of token_bucket, sliding_window, got "leaky"'],
  [
    { limit: 200_000, kind: 'sliding_window' },
    '`limit` must be at most 100000 for a sliding window, got 200000',
  ],
  [{ limit: 1, maxKeys: 0 }, '`maxKeys` must be between 1 and 100000, got 0'],
  [{ limit: 1, maxWaitMs: -1 }, '`maxWaitMs` must be between 0 and 2147483647, got -1'],
])('options %j are refused by name', (options, message) => {
  const { agent } = createTestAgentSync();
  expect(() => agent.rateLimiter('search', options as RateLimiterOptions)).toThrow(message);
});

test('a limiter that does not exist yet needs options', () => {
  const { agent } = createTestAgentSync();
  expect(() => agent.rateLimiter('search')).toThrow(
    'rate limiter `search` does not exist yet: its options must be given',
  );
});

test('a call that hangs holds nobody else up', async () => {
  const { limiter } = createLimiter({ limit: 2 });
  const hanging = hang((fn) => limiter.execute(fn));
  expect(await limiter.execute(() => 'fine')).toBe('fine');
  hanging.resolve('done');
});

function createTestAgentSync(): { readonly agent: Agent } {
  return { agent: createAgent({ service: 'shop', collector: false, clock: new FakeClock() }) };
}
