import { expect, test } from 'vitest';
import { createCircuitBreaker } from '../../../../agent/src/primitives/circuit-breaker/circuit-breaker.ts';
import { createFallback } from '../../../../agent/src/primitives/fallback/fallback.ts';
import { createRetry } from '../../../../agent/src/primitives/retry/retry.ts';
import { createTimeout } from '../../../../agent/src/primitives/timeout/timeout.ts';
import { compose } from '../../support/compose.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

test('the first is the outermost', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const composed = compose(
    runtime,
    createFallback(runtime, 'f', { fallback: 'pending' }),
    createTimeout(runtime, 't', { timeoutMs: 150 }),
    createRetry(runtime, 'r', { maxRetries: 9, backoff: { kind: 'constant', baseMs: 100, jitter: 'none' } }),
    createCircuitBreaker(runtime, 'b'),
  );
  const attempts: number[] = [];
  const answer = composed.execute(({ attempt }) => {
    attempts.push(attempt);
    throw refused;
  });
  await clock.advance(1_000);
  expect(await answer).toBe('pending');
  expect(attempts).toEqual([1, 2]);
  expect(telemetry.counts('circuit_breaker/b')).toEqual({ failure: 2, class_partial_outage: 2 });
  expect(telemetry.counts('fallback/f')).toEqual({ success: 1, fallback_used: 1 });
});

test('a time-out further out counts for a breaker further in', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const composed = compose(
    runtime,
    createTimeout(runtime, 't', { timeoutMs: 150 }),
    createCircuitBreaker(runtime, 'b'),
  );
  const answer = composed.execute(
    ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  answer.catch(() => undefined);
  await clock.advance(150);
  expect(telemetry.counts('circuit_breaker/b')).toEqual({ timeout: 1 });
  expect(telemetry.counts('timeout/t')).toEqual({ timeout: 1, class_partial_outage: 1 });
});

test('the signal of the caller reaches the function', async () => {
  const { runtime } = createTestRuntime();
  const composed = compose(runtime, createRetry(runtime, 'r'), createCircuitBreaker(runtime, 'b'));
  const controller = new AbortController();
  let seen: AbortSignal | undefined;
  const answer = composed.execute(
    ({ signal }) => {
      seen = signal;
      return new Promise(() => {});
    },
    { signal: controller.signal },
  );
  controller.abort(new Error('gave up'));
  await expect(answer).rejects.toThrow('gave up');
  expect(seen?.reason).toEqual(new Error('gave up'));
});

test.each(['no', undefined, 7])('what is thrown counts once, be it no object: %s', async (thrown) => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const layers = [
    createRetry(runtime, 'r', { maxRetries: 1, retryOn: () => true }),
    createTimeout(runtime, 't', { timeoutMs: 150 }),
    createCircuitBreaker(runtime, 'b'),
  ] as const;
  const composed = compose(runtime, ...layers);
  const calls = [1, 2].map(() => composed.execute(() => Promise.reject(thrown)));
  const ends = Promise.allSettled(calls);
  await clock.advance(10_000);
  expect((await ends).map((end) => 'reason' in end && end.reason)).toEqual([thrown, thrown]);
  expect(telemetry.counts('circuit_breaker/b')).toEqual({ failure: 4, class_unknown: 4 });
  expect(telemetry.counts('timeout/t')).toEqual({ failure: 4 });
  expect(telemetry.counts('retry/r')).toEqual({ failure: 2, retries: 2 });
  await expect(layers[1].execute(() => Promise.reject(thrown))).rejects.toBe(thrown);
  expect(telemetry.counts('timeout/t')).toEqual({ failure: 5, class_unknown: 1 });
});

test('a layer that stopped waiting keeps no later error from being counted', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const outer = createTimeout(runtime, 't', { timeoutMs: 50 });
  const composed = compose(runtime, outer, createTimeout(runtime, 'inner', { timeoutMs: 1_000 }));
  let fail: (reason: string) => void = () => undefined;
  const call = composed.execute(() => new Promise((_resolve, reject) => (fail = reject)));
  call.catch(() => undefined);
  await clock.advance(50);
  await expect(call).rejects.toThrow();
  fail('late');
  await clock.advance(1_000);
  await expect(outer.execute(() => Promise.reject('late'))).rejects.toBe('late');
  expect(telemetry.counts('timeout/t')).toMatchObject({ class_unknown: 1 });
});

test('what is no primitive is refused', () => {
  const { runtime } = createTestRuntime();
  expect(() => compose(runtime)).toThrow('at least one');
  // @ts-expect-error an option object is no primitive
  expect(() => compose(runtime, createRetry(runtime, 'r'), { timeoutMs: 5 })).toThrow('argument 2');
});
