import { expect, test } from 'vitest';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import { createRetry } from '../../../../agent/src/primitives/retry/retry.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const steady = { kind: 'constant', baseMs: 100, jitter: 'none' } as const;
const isPending = (result: unknown): boolean => result === 'pending';

test('a result that is not wanted is asked for again', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const retry = createRetry(runtime, 'orders', { backoff: steady, retryOnResult: isPending });
  const answer = retry.execute(({ attempt }) => (attempt < 3 ? 'pending' : 'done'));
  await clock.advance(200);
  expect(await answer).toBe('done');
  expect(telemetry.counts('retry/orders')).toEqual({ success: 1, retries: 2 });
});

test('the last result is given back when retries are used up', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const retry = createRetry(runtime, 'orders', {
    backoff: steady,
    retryOnResult: isPending,
    wrapExhausted: true,
  });
  const answer = retry.execute(() => 'pending');
  await clock.advance(1_000);
  expect(await answer).toBe('pending');
  expect(telemetry.counts('retry/orders')).toEqual({ success: 1, retries: 2 });
  expect(telemetry.events).toMatchObject([
    { kind: 'retry.exhausted', attempts: 3, error: { message: 'a result that was to be retried' } },
  ]);
});

test('an answer that says when to come back is waited for', async () => {
  const { runtime, clock } = createTestRuntime();
  const retry = createRetry(runtime, 'orders', {
    backoff: steady,
    retryOnResult: (result) => result instanceof Response && result.status === 503,
  });
  const calledAt: number[] = [];
  const answer = retry.execute(({ attempt }) => {
    calledAt.push(clock.now());
    return attempt === 1
      ? new Response('', { status: 503, headers: { 'retry-after': '3' } })
      : new Response('fine');
  });
  await clock.advance(3_000);
  expect((await answer).status).toBe(200);
  expect(calledAt).toEqual([0, 3_000]);
});

test('a question that throws is reported and the result taken', async () => {
  const { runtime, faults } = createTestRuntime();
  const retry = createRetry(runtime, 'orders', {
    retryOnResult: () => {
      throw new Error('in the question');
    },
  });
  expect(await retry.execute(() => 'fine')).toBe('fine');
  expect(faults).toHaveLength(1);
});

test('a result that is not wanted is never the last good one', async () => {
  const { runtime, clock } = createTestRuntime();
  const pipeline = createPipeline(runtime, 'orders', {
    retry: { backoff: steady, maxRetries: 1, retryOnResult: isPending },
    fallback: { lastGood: { scope: 'all' } },
  });
  const unwanted = pipeline.execute(() => 'pending');
  await clock.advance(100);
  expect(await unwanted).toBe('pending');
  const down = new Error('down');
  await expect(pipeline.execute(() => Promise.reject(down))).rejects.toBe(down);
  await pipeline.execute(() => 'done');
  expect(await pipeline.execute(() => Promise.reject(down))).toBe('done');
});
