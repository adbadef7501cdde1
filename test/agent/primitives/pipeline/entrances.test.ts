import { expect, test } from 'vitest';
import type { PipelineOptions } from '../../../../agent/src/primitives/pipeline/options.ts';
import { createPipeline, type Pipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import { hang } from '../../support/breaker.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

function createPipelineUnderTest(options: PipelineOptions): TestRuntime & { readonly pipeline: Pipeline } {
  const test = createTestRuntime();
  return { ...test, pipeline: createPipeline(test.runtime, 'payments', options) };
}

test('load shedder and rate limiter are resources of the pipeline', async () => {
  const { pipeline, telemetry } = createPipelineUnderTest({
    loadShedder: { concurrency: { limit: 1 } },
    rateLimiter: { limit: 2, perMs: 1_000 },
    bulkhead: { maxConcurrentCalls: 5 },
  });
  const call = hang((fn) => pipeline.execute(fn));
  await expect(pipeline.execute(() => 'too many at once')).rejects.toMatchObject({
    code: 'HOLDFAST_LOAD_SHED',
    source: { pipeline: 'payments', primitive: 'load_shedder', name: 'payments' },
  });
  call.resolve('first');
  await call.answer;
  expect(await pipeline.execute(() => 'second')).toBe('second');
  await expect(pipeline.execute(() => 'too many a second')).rejects.toMatchObject({
    code: 'HOLDFAST_RATE_LIMITED',
    source: { pipeline: 'payments', primitive: 'rate_limiter', name: 'payments' },
  });
  expect(telemetry.counts('pipeline/payments')).toEqual({ success: 2, rejected: 2 });
  expect(telemetry.counts('load_shedder/payments')).toMatchObject({ success: 2, rejected: 1, ignored: 1 });
  expect(telemetry.counts('rate_limiter/payments')).toMatchObject({ success: 2, rejected: 1 });
  expect(telemetry.counts('bulkhead/payments')).toEqual({ success: 2 });
});

test('a wait for a turn takes no slot and no total time', async () => {
  const { pipeline, clock, telemetry } = createPipelineUnderTest({
    rateLimiter: { limit: 1, perMs: 500, maxWaitMs: 1_000 },
    bulkhead: { maxConcurrentCalls: 1 },
    totalTimeoutMs: 100,
  });
  expect(await pipeline.execute(() => 'first')).toBe('first');
  const second = pipeline.execute(() => clock.now());
  await clock.advance(499);
  expect(telemetry.gauges('bulkhead/payments')).toMatchObject({ in_flight: 0 });
  await clock.advance(1);
  expect(await second).toBe(500);
});

test('keys have their own rate, and the fallback answers for all layers', async () => {
  const { pipeline, telemetry } = createPipelineUnderTest({
    rateLimiter: { limit: 1, perMs: 1_000 },
    fallback: 'later',
  });
  const answers = ['ada', 'ada', 'bob'].map((key) => pipeline.execute(() => 'now', { key }));
  expect(await Promise.all(answers)).toEqual(['now', 'later', 'now']);
  expect(telemetry.counts('pipeline/payments')).toEqual({ success: 3, fallback_used: 1 });
});

test('what the rate limiter turns away comes to no retry', async () => {
  const { pipeline, clock } = createPipelineUnderTest({
    rateLimiter: { limit: 1, perMs: 1_000 },
    retry: { retryOn: () => true },
  });
  await pipeline.execute(() => 'first');
  const second = pipeline.execute(() => 'second');
  second.catch(() => undefined);
  await clock.advance(5_000);
  await expect(second).rejects.toMatchObject({ code: 'HOLDFAST_RATE_LIMITED' });
});

test('a slow call is sent again', async () => {
  const { pipeline, clock, telemetry } = createPipelineUnderTest({ hedge: { delayMs: 50 }, timeoutMs: 500 });
  const attempts: number[] = [];
  const answer = pipeline.execute(({ attempt }) => {
    attempts.push(attempt);
    return attempt === 1 ? new Promise(() => {}) : 'quick';
  });
  await clock.advance(50);
  expect(await answer).toBe('quick');
  expect(attempts).toEqual([1, 2]);
  expect(telemetry.counts('pipeline/payments')).toEqual({ success: 1, hedges: 1, hedge_wins: 1 });
});

test.each<[unknown, string]>([
  [{ loadShedder: {} }, '`loadShedder`'],
  [{ rateLimiter: { limit: 0 } }, '`rateLimiter.limit` must be'],
  [{ hedge: { maxHedges: 11 } }, '`hedge.maxHedges` must be between 1 and 10, got 11'],
  [{ tags: 'eu' }, '`tags` must be an array, got "eu"'],
])('%o is refused', (options, problem) => {
  const { runtime } = createTestRuntime();
  expect(() => createPipeline(runtime, 'payments', options as PipelineOptions)).toThrow(problem);
});
