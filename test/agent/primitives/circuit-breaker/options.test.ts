import { describe, expect, test } from 'vitest';
import {
  type CircuitBreaker,
  createCircuitBreaker,
} from '../../../../agent/src/primitives/circuit-breaker/circuit-breaker.ts';
import type { CircuitBreakerOptions } from '../../../../agent/src/primitives/circuit-breaker/options.ts';
import { createBreaker, fail, hang, succeed } from '../../support/breaker.ts';
import { createTestRuntime } from '../../support/runtime.ts';

describe('options', () => {
  test.each<[CircuitBreakerOptions, string]>([
    [{ failureRatio: 50 }, '`failureRatio` must be between 0 and 1, got 50 (a percentage?)'],
    [{ failureRatio: 0 }, '`failureRatio` must be above 0, got 0'],
    [{ slowCallRatio: Number.NaN }, '`slowCallRatio` must be a number, got NaN'],
    [{ minimumCalls: 1.5 }, '`minimumCalls` must be a whole number, got 1.5'],
    [{ openDurationMs: -1 }, '`openDurationMs` must be between 0 and 2147483647, got -1'],
    [{ halfOpenCalls: 0 }, '`halfOpenCalls` must be between 1 and 100000, got 0'],
    [{ window: { kind: 'count', size: 0 } }, '`window.size` must be between 1 and 100000, got 0'],
    [{ dependency: '' }, '`dependency` must be a letter or digit'],
  ])('%o is refused', (options, problem) => {
    const { runtime } = createTestRuntime();
    expect(() => createCircuitBreaker(runtime, 'payments', options)).toThrow(problem);
  });

  test.each<[unknown, string]>([
    [{ failureRate: 0.5 }, '`failureRate` is not an option; did you mean `failureRatio`?'],
    [{ window: { kind: 'count', seconds: 5 } }, '`window.seconds` is not an option'],
    [{ window: { kind: 'sliding' } }, '`window.kind` must be one of count, time, got "sliding"'],
    [{ tripsOn: 'always' }, '`tripsOn` must be a function, got "always"'],
    [{ initialState: 'half-open' }, '`initialState` must be one of closed, open, half_open'],
    [null, 'options must be an object, got null'],
  ])('%o, which has the wrong type, is refused', (options, problem) => {
    const { runtime } = createTestRuntime();
    expect(() => createCircuitBreaker(runtime, 'payments', options as CircuitBreakerOptions)).toThrow(
      problem,
    );
  });

  test.each(['', '/etc', 7])('the name %o is refused', (name) => {
    const { runtime } = createTestRuntime();
    expect(() => createCircuitBreaker(runtime, name as string)).toThrow('`name` must be');
  });
});

describe('reconfigure', () => {
  test.each([
    [true, 'closed'],
    [false, 'open'],
  ] as const)('with fewer probes than have ended (well: %s) it is %s', async (isWell, state) => {
    const { breaker } = createBreaker({ initialState: 'half_open', halfOpenCalls: 4 });
    await (isWell ? succeed(breaker, 2) : fail(breaker, 2));
    expect(breaker.state).toBe('half_open');
    breaker.reconfigure({ halfOpenCalls: 2 });
    expect(breaker.state).toBe(state);
  });

  test('it keeps the state, the listeners and the newest outcomes', async () => {
    const { breaker, telemetry } = createBreaker();
    let transitions = 0;
    breaker.on('transition', () => void transitions++);
    await fail(breaker, 1);
    await succeed(breaker, 2);
    breaker.reconfigure({ window: { kind: 'count', size: 2 }, failureRatio: 0.9 });
    expect(breaker.metrics).toMatchObject({ callCount: 2, failureCount: 0 });
    expect(telemetry.events.at(-1)).toEqual({
      kind: 'config.changed',
      changes: ['failureRatio: 0.5 → 0.9', 'window.size: 4 → 2'],
    });
    await fail(breaker, 2);
    expect(transitions).toBe(1);
  });

  test('outcomes go over into another kind of window', async () => {
    const { breaker, clock } = createBreaker({ window: { kind: 'time', seconds: 10 }, minimumCalls: 99 });
    await succeed(breaker, 2);
    await clock.advance(1_000);
    await fail(breaker, 2);
    breaker.reconfigure({ window: { kind: 'count', size: 3 } });
    expect(breaker.metrics).toMatchObject({ callCount: 3, failureCount: 2 });
    breaker.reconfigure({ window: { kind: 'time', seconds: 5 } });
    expect(breaker.metrics).toMatchObject({ callCount: 3, failureCount: 2 });
    await clock.advance(5_000);
    expect(breaker.metrics.callCount).toBe(0);
  });

  test('half open, permits that are in use stay in use', () => {
    const { breaker } = createBreaker({ initialState: 'half_open' });
    hang((fn) => breaker.execute(fn));
    breaker.reconfigure({ halfOpenCalls: 3 });
    expect([breaker.tryAcquire(), breaker.tryAcquire(), breaker.tryAcquire()].map(Boolean)).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('a wrong option changes nothing', () => {
    const { breaker, telemetry } = createBreaker();
    expect(() => breaker.reconfigure({ failureRatio: 7 })).toThrow('`failureRatio`');
    expect(telemetry.events).toEqual([]);
  });
});

describe('calling through it', () => {
  test('it answers what the function answers', async () => {
    const { breaker } = createBreaker();
    expect(await breaker.execute(({ attempt, signal }) => [attempt, signal.aborted])).toEqual([1, false]);
  });

  test("the function's own error passes unchanged", async () => {
    const { breaker } = createBreaker();
    const error = new Error('mine');
    await expect(
      breaker.execute(() => {
        throw error;
      }),
    ).rejects.toBe(error);
  });

  test('a wrapped function keeps its arguments and its this', async () => {
    const { breaker } = createBreaker();
    const account = {
      balance: 40,
      add: breaker.wrap(function add(this: { balance: number }, amount: number): number {
        return this.balance + amount;
      }),
    };
    expect(await account.add(2)).toBe(42);
  });

  test('a signal that is aborted before makes no call', async () => {
    const { breaker, telemetry } = createBreaker();
    const reason = new Error('never mind');
    await expect(breaker.execute(() => 'never', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ cancelled: 1, class_cancelled: 1 });
  });
});

test.each<[string, (breaker: CircuitBreaker) => void, string]>([
  ['a reason', (breaker) => Reflect.apply(breaker.forceOpen, breaker, [new Error('db')]), '`reason` must be'],
  ['a reason', (breaker) => Reflect.apply(breaker.open, breaker, [5]), '`reason` must be'],
  [
    'a duration',
    (breaker) => Reflect.apply(breaker.open, breaker, ['drill', { durationMs: '5000' }]),
    '`durationMs` must be a number',
  ],
  ['options', (breaker) => Reflect.apply(breaker.reconfigure, breaker, [5]), 'options must be an object'],
])('%s of the wrong type is refused by the member', (_what, act, message) => {
  const { breaker } = createBreaker();
  expect(() => act(breaker)).toThrow(TypeError);
  expect(() => act(breaker)).toThrow(message);
  expect(breaker.state).toBe('closed');
});
