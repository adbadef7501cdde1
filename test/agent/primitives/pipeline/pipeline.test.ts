import { describe, expect, test } from 'vitest';
import { createPipeline, type Pipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import type { PipelineOptions } from '../../../../agent/src/primitives/pipeline/options.ts';
import { hang } from '../../support/breaker.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

interface PipelineUnderTest extends TestRuntime {
  readonly pipeline: Pipeline;
}

function createPipelineUnderTest(options: PipelineOptions): PipelineUnderTest {
  const test = createTestRuntime();
  return { ...test, pipeline: createPipeline(test.runtime, 'payments', options) };
}

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const steady = { kind: 'constant', baseMs: 100, jitter: 'none' } as const;
const quick = { window: { kind: 'count', size: 4 }, minimumCalls: 4, openDurationMs: 1_000 } as const;

/** Calls something that always fails in the same way, and swallows the outcome. */
async function failTimes(pipeline: Pipeline, times: number): Promise<void> {
  for (let call = 0; call < times; call++)
    await pipeline.execute(() => Promise.reject(refused)).catch(() => undefined);
}

describe('the order of the layers', () => {
  test('each attempt has its own time, and the breaker sees each', async () => {
    const { pipeline, clock, telemetry } = createPipelineUnderTest({
      retry: { maxRetries: 1, idempotent: true, backoff: steady },
      circuitBreaker: quick,
      timeoutMs: 200,
    });
    const answer = pipeline.execute(() => new Promise(() => {}));
    answer.catch(() => undefined);
    await clock.advance(500);
    await expect(answer).rejects.toMatchObject({
      code: 'HOLDFAST_TIMED_OUT',
      message: 'an attempt of "payments" took longer than 200 ms',
      source: { pipeline: 'payments', primitive: 'timeout' },
    });
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ timeout: 2, class_partial_outage: 2 });
    expect(telemetry.counts('pipeline/payments')).toEqual({ timeout: 1, retries: 1 });
  });

  test('the total time ends retries and their waits', async () => {
    const { pipeline, clock, telemetry } = createPipelineUnderTest({
      totalTimeoutMs: 250,
      retry: { maxRetries: 9, backoff: steady },
    });
    let calls = 0;
    const answer = pipeline.execute(() => {
      calls += 1;
      throw refused;
    });
    answer.catch(() => undefined);
    await clock.advance(1_000);
    await expect(answer).rejects.toMatchObject({
      message: '"payments" took longer than 250 ms',
      cause: refused,
    });
    expect(calls).toBe(3);
    expect(telemetry.counts('pipeline/payments')).toMatchObject({ timeout: 1, retries: 3 });
  });

  test('an attempt that the total time ends counts for the breaker', async () => {
    const { pipeline, clock, telemetry } = createPipelineUnderTest({
      totalTimeoutMs: 250,
      circuitBreaker: quick,
    });
    hang((fn) => pipeline.execute(fn));
    await clock.advance(250);
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ timeout: 1, class_partial_outage: 1 });
  });

  test('the wait for a slot is no part of the total time', async () => {
    const { pipeline, clock } = createPipelineUnderTest({
      bulkhead: { maxConcurrentCalls: 1, maxQueueLength: 1 },
      totalTimeoutMs: 100,
    });
    const first = hang((fn) => pipeline.execute(fn));
    const second = hang((fn) => pipeline.execute(fn));
    await clock.advance(90);
    first.resolve('first');
    await clock.advance(90);
    second.resolve('second');
    expect(await second.answer).toBe('second');
  });

  test('an open breaker is not retried unless a rule says so', async () => {
    const options = { retry: { backoff: steady }, circuitBreaker: quick };
    const plain = createPipelineUnderTest(options);
    plain.pipeline.circuitBreaker?.forceOpen('stop');
    await expect(plain.pipeline.execute(() => 'never')).rejects.toMatchObject({
      code: 'HOLDFAST_CIRCUIT_OPEN',
    });
    const ruled = createPipelineUnderTest({ ...options, retry: { backoff: steady, retryOn: () => true } });
    ruled.pipeline.circuitBreaker?.open('a moment', { durationMs: 50 });
    const answer = ruled.pipeline.execute(() => 'through');
    await ruled.clock.advance(100);
    expect(await answer).toBe('through');
  });

  test('the fallback holds no slot', async () => {
    const { pipeline, telemetry } = createPipelineUnderTest({
      bulkhead: { maxConcurrentCalls: 1 },
      fallback: () => telemetry.gauges('bulkhead/payments').in_flight,
    });
    expect(await pipeline.execute(() => Promise.reject(refused))).toBe(0);
  });
});

describe('what is counted', () => {
  test('a call is one outcome of each layer that it passed', async () => {
    const { pipeline, telemetry } = createPipelineUnderTest({
      bulkhead: { maxConcurrentCalls: 5 },
      circuitBreaker: quick,
      fallback: 'pending',
    });
    await pipeline.execute(() => 'paid');
    await pipeline.execute(() => Promise.reject(refused));
    expect(telemetry.counts('pipeline/payments')).toEqual({ success: 2, fallback_used: 1 });
    expect(telemetry.counts('bulkhead/payments')).toEqual({ success: 1, failure: 1 });
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({
      success: 1,
      failure: 1,
      class_partial_outage: 1,
    });
    expect(telemetry.timedCount('pipeline/payments')).toBe(2);
  });

  test('an open breaker with a fallback answers without a call', async () => {
    const { pipeline, telemetry } = createPipelineUnderTest({ circuitBreaker: quick, fallback: 'pending' });
    await failTimes(pipeline, 4);
    let calls = 0;
    expect(await pipeline.execute(() => void calls++)).toBe('pending');
    expect(calls).toBe(0);
    expect(telemetry.counts('pipeline/payments')).toEqual({ success: 5, fallback_used: 5 });
    expect(telemetry.counts('circuit_breaker/payments')).toMatchObject({ failure: 4, rejected: 1 });
  });

  test('a rejection without a fallback counts once in each layer', async () => {
    const { pipeline, telemetry } = createPipelineUnderTest({
      bulkhead: { maxConcurrentCalls: 5 },
      circuitBreaker: quick,
    });
    pipeline.circuitBreaker?.forceOpen('stop');
    await pipeline.execute(() => 'never').catch(() => undefined);
    expect(telemetry.counts('pipeline/payments')).toEqual({ rejected: 1 });
    expect(telemetry.counts('bulkhead/payments')).toEqual({ ignored: 1 });
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ rejected: 1, class_rejected: 1 });
  });

  test('only the innermost pipeline counts the class of an error', async () => {
    const { runtime, telemetry } = createTestRuntime();
    const outer = createPipeline(runtime, 'outer', {});
    const inner = createPipeline(runtime, 'inner', {});
    await outer.execute(() => inner.execute(() => Promise.reject(refused))).catch(() => undefined);
    await outer.execute(() => inner.execute(() => Promise.reject(refused))).catch(() => undefined);
    expect(telemetry.counts('pipeline/inner')).toEqual({ failure: 2, class_partial_outage: 2 });
    expect(telemetry.counts('pipeline/outer')).toEqual({ failure: 2 });
  });

  test('every call is counted in exactly one outcome, whatever happens', async () => {
    const { pipeline, clock, telemetry } = createPipelineUnderTest({
      bulkhead: { maxConcurrentCalls: 3, maxQueueLength: 2, maxQueueWaitMs: 40 },
      totalTimeoutMs: 90,
      retry: { maxRetries: 1, backoff: { ...steady, baseMs: 20 } },
      circuitBreaker: { ...quick, openDurationMs: 60 },
      timeoutMs: 30,
    });
    const endings = [
      (): string => 'fine',
      (): Promise<string> => Promise.reject(refused),
      (): Promise<string> => new Promise(() => {}),
      (): Promise<string> => Promise.reject({ status: 404 }),
    ];
    let settled = 0;
    for (let call = 0; call < 400; call++) {
      const controller = new AbortController();
      const fn = endings[(call * 7) % 4] ?? (() => 'fine');
      pipeline.execute(fn, { signal: controller.signal }).then(
        () => void settled++,
        () => void settled++,
      );
      if (call % 11 === 0) controller.abort();
      await clock.advance(call % 13);
    }
    await clock.advance(1_000);
    const {
      success = 0,
      failure = 0,
      timeout = 0,
      rejected = 0,
      cancelled = 0,
    } = telemetry.counts('pipeline/payments');
    expect(settled).toBe(400);
    expect(success + failure + timeout + rejected + cancelled).toBe(400);
    expect(Math.min(success, failure, timeout, rejected, cancelled)).toBeGreaterThan(0);
    expect(telemetry.gauges('bulkhead/payments')).toMatchObject({ in_flight: 0, queue_length: 0 });
  });
});

describe('cancelling', () => {
  test('it ends the call, aborts the attempt, gives the permit back', async () => {
    const { pipeline, telemetry } = createPipelineUnderTest({
      circuitBreaker: { ...quick, initialState: 'half_open', halfOpenCalls: 1 },
      timeoutMs: 500,
    });
    const controller = new AbortController();
    let seen: AbortSignal | undefined;
    const answer = pipeline.execute(
      ({ signal }) => {
        seen = signal;
        return new Promise(() => {});
      },
      { signal: controller.signal },
    );
    const reason = new Error('the customer left');
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(seen?.reason).toBe(reason);
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ cancelled: 1, class_cancelled: 1 });
    expect(telemetry.counts('pipeline/payments')).toEqual({ cancelled: 1 });
    expect(pipeline.circuitBreaker?.tryAcquire()).toBeDefined();
  });

  test('a host that aborts in turn ends the call only once', async () => {
    const { pipeline, clock, telemetry } = createPipelineUnderTest({
      bulkhead: { maxConcurrentCalls: 2 },
      circuitBreaker: quick,
      timeoutMs: 100,
    });
    const controller = new AbortController();
    const answer = pipeline.execute(
      ({ signal }) => {
        signal.addEventListener('abort', () => controller.abort(new Error('me too')));
        return new Promise(() => {});
      },
      { signal: controller.signal },
    );
    answer.catch(() => undefined);
    await clock.advance(100);
    await expect(answer).rejects.toMatchObject({ code: 'HOLDFAST_TIMED_OUT' });
    expect(telemetry.counts('pipeline/payments')).toEqual({ timeout: 1 });
    expect(telemetry.gauges('bulkhead/payments')).toMatchObject({ in_flight: 0 });
  });
});

describe('options', () => {
  test.each<[unknown, string]>([
    [{ timeoutMs: 0 }, '`timeoutMs` must be between 1 and'],
    [
      { circuitBreaker: { failureRatio: 50 } },
      '`circuitBreaker.failureRatio` must be between 0 and 1, got 50',
    ],
    [{ retry: { maxRetrys: 2 } }, '`retry.maxRetrys` is not an option; did you mean `maxRetries`?'],
    [{ retry: { backoff: { jitter: 'some' } } }, '`retry.backoff.jitter` must be one of none, full, equal'],
    [{ bulkhead: {} }, '`bulkhead.maxConcurrentCalls` must be a number, got nothing'],
    [{ bulkhead: 5 }, '`bulkhead` must be an object, got 5'],
    [{ circuitbreaker: {} }, '`circuitbreaker` is not an option; did you mean `circuitBreaker`?'],
    [{ fallbackOn: true }, '`fallbackOn` must be a function, or an array of error classes, got true'],
  ])('%o is refused', (options, problem) => {
    const { runtime } = createTestRuntime();
    expect(() => createPipeline(runtime, 'payments', options as PipelineOptions)).toThrow(problem);
  });

  test('the descriptors name pipeline, dependency and options', () => {
    const { telemetry } = createPipelineUnderTest({
      dependency: 'payments-api',
      bulkhead: { maxConcurrentCalls: 20 },
      circuitBreaker: quick,
      timeoutMs: 800,
      fallback: () => 'pending',
    });
    const of = { pipeline: 'payments', dependency: 'payments-api' };
    expect(telemetry.descriptors).toMatchObject([
      { kind: 'pipeline', config: { timeoutMs: 800, 'bulkhead.maxConcurrentCalls': 20 } },
      { kind: 'circuit_breaker', ...of, config: { minimumCalls: 4 } },
      { kind: 'bulkhead', ...of, config: { maxConcurrentCalls: 20, maxQueueLength: 0 } },
    ]);
  });
});
