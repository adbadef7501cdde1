import {
  type CircuitBreaker,
  createCircuitBreaker,
} from '../../../agent/src/primitives/circuit-breaker/circuit-breaker.ts';
import type { CircuitBreakerOptions } from '../../../agent/src/primitives/circuit-breaker/options.ts';
import { createTestRuntime, type TestRuntime } from './runtime.ts';

export interface BreakerUnderTest extends TestRuntime {
  readonly breaker: CircuitBreaker;
}

/**
 * A breaker that decides after four calls, probes with two, and opens for a second, unless told otherwise.
 */
export function createBreaker(
  options: CircuitBreakerOptions = {},
  runtime: Parameters<typeof createTestRuntime>[0] = {},
): BreakerUnderTest {
  const test = createTestRuntime(runtime);
  const breaker = createCircuitBreaker(test.runtime, 'payments', {
    window: { kind: 'count', size: 4 },
    minimumCalls: 4,
    openDurationMs: 1_000,
    halfOpenCalls: 2,
    ...options,
  });
  return { ...test, breaker };
}

/** Fails the breaker's next calls. */
export async function fail(
  breaker: CircuitBreaker,
  times = 1,
  error: unknown = new Error('down'),
): Promise<void> {
  for (let call = 0; call < times; call++)
    await breaker.execute(() => Promise.reject(error)).catch(() => undefined);
}

export async function succeed(breaker: CircuitBreaker, times = 1): Promise<void> {
  for (let call = 0; call < times; call++) await breaker.execute(() => 'fine');
}

/** A call that is under way until the test ends it. */
export interface HangingCall<T> {
  readonly answer: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Begins a call through something that executes. Its rejection is always handled. */
export function hang<T = string>(begin: (fn: () => Promise<T>) => Promise<T>): HangingCall<T> {
  const { promise, resolve, reject } = withResolvers<T>();
  const answer = begin(() => promise);
  answer.catch(() => undefined);
  promise.catch(() => undefined);
  return { answer, resolve, reject };
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
