import { expect, test } from 'vitest';
import { createCircuitBreaker } from '../../../../agent/src/primitives/circuit-breaker/circuit-breaker.ts';
import { createFallback } from '../../../../agent/src/primitives/fallback/fallback.ts';
import { compose } from '../../../../agent/src/primitives/pipeline/compose.ts';
import { createRetry } from '../../../../agent/src/primitives/retry/retry.ts';
import { createTimeout } from '../../../../agent/src/primitives/timeout/timeout.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

test('the first is the outermost', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const composed = compose(
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
  const composed = compose(createRetry(runtime, 'r'), createCircuitBreaker(runtime, 'b'));
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

test('what is no primitive is refused', () => {
  const { runtime } = createTestRuntime();
  expect(() => compose()).toThrow('at least one');
  // @ts-expect-error an option object is no primitive
  expect(() => compose(createRetry(runtime, 'r'), { timeoutMs: 5 })).toThrow('argument 2');
});
