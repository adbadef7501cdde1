import { describe, expect, test } from 'vitest';
import { CriticalError, hasCode, ResilienceError, TransientError } from '../../../../agent/src/errors.ts';
import type { BackoffFunction, BackoffSpec } from '../../../../agent/src/primitives/retry/backoff.ts';
import { createRetry } from '../../../../agent/src/primitives/retry/retry.ts';
import type { RetryOptions } from '../../../../agent/src/primitives/retry/options.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

interface RetryUnderTest extends TestRuntime {
  /** Calls something that always fails, and says at which times it was called. */
  run(error: unknown, signal?: AbortSignal): { answer: Promise<unknown>; readonly calledAt: number[] };
}

function createRetryUnderTest(options: RetryOptions): RetryUnderTest {
  const test = createTestRuntime();
  const retry = createRetry(test.runtime, 'orders', options);
  return {
    ...test,
    run(error, signal) {
      const calledAt: number[] = [];
      const answer = handled(
        retry.execute(
          () => {
            calledAt.push(test.clock.now());
            throw error;
          },
          signal === undefined ? {} : { signal },
        ),
      );
      return { answer, calledAt };
    },
  };
}

/** A promise whose rejection is expected. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
const shed = new ResilienceError({
  code: 'HOLDFAST_LOAD_SHED',
  message: 'shed',
  source: { service: 'checkout', primitive: 'load_shedder', name: 'orders' },
});
const steady = { kind: 'constant', baseMs: 100, jitter: 'none' } as const;

describe('which errors are retried', () => {
  test.each<[string, unknown, RetryOptions, number]>([
    ['what was never sent', refused, {}, 3],
    ['what may have been sent, not', reset, {}, 1],
    ['what may have been sent, where that does no harm', reset, { idempotent: true }, 3],
    ['what is thrown as passing', new TransientError('busy'), {}, 3],
    ['what is thrown as critical, not', new CriticalError('broken'), { idempotent: true }, 1],
    ['what was throttled', { status: 429 }, {}, 3],
    ['own rejections, not', shed, { idempotent: true }, 1],
    ['own rejections, where the host wants it', shed, { retryOn: () => true }, 3],
    ['what nobody knows, not', new Error('?'), { idempotent: true }, 1],
    ['what the host wants', new Error('?'), { retryOn: () => true }, 3],
    ['what the host leaves to the classifier', refused, { retryOn: () => undefined }, 3],
    ['what the host does not want, not', refused, { retryOn: () => false }, 1],
    ['nothing without retries', refused, { maxRetries: 0 }, 1],
  ])('%s', async (_title, error, options, calls) => {
    const { run, clock } = createRetryUnderTest({ backoff: steady, ...options });
    const { answer, calledAt } = run(error);
    await clock.advance(10_000);
    expect(calledAt).toHaveLength(calls);
    await expect(answer).rejects.toBe(error);
  });

  test('a question that throws is reported and answered by the classifier', async () => {
    const { run, clock, faults } = createRetryUnderTest({
      backoff: steady,
      retryOn: () => {
        throw new Error('in the question');
      },
    });
    const { calledAt } = run(refused);
    await clock.advance(1_000);
    expect(calledAt).toHaveLength(3);
    expect(faults).toHaveLength(3);
  });
});

describe('the wait', () => {
  test.each<[string, BackoffSpec | BackoffFunction, number[]]>([
    ['constant', { kind: 'constant', baseMs: 100, jitter: 'none' }, [0, 100, 200, 300]],
    ['linear', { kind: 'linear', baseMs: 100, jitter: 'none' }, [0, 100, 300, 600]],
    ['exponential', { kind: 'exponential', baseMs: 100, jitter: 'none' }, [0, 100, 300, 700]],
    [
      'never above the cap where decorrelated',
      { kind: 'decorrelated', baseMs: 100, capMs: 100 },
      [0, 100, 200, 300],
    ],
    ['capped', { kind: 'exponential', baseMs: 100, capMs: 150, jitter: 'none' }, [0, 100, 250, 400]],
    ['a function', (retry) => retry * 10, [0, 10, 30, 60]],
  ])('%s', async (_kind, backoff, times) => {
    const { run, clock } = createRetryUnderTest({ maxRetries: 3, backoff });
    const { calledAt } = run(refused);
    await clock.advance(10_000);
    expect(calledAt).toEqual(times);
  });

  test.each([
    ['constant', 'full', [0, 100]],
    ['constant', 'equal', [50, 100]],
    ['constant', 'decorrelated', [100, 250]],
    ['decorrelated', 'none', [100, 250]],
    ['decorrelated', 'full', [100, 250]],
  ] as const)('%s backoff with %s jitter stays within its bounds', async (kind, jitter, bounds) => {
    const { run, clock } = createRetryUnderTest({
      maxRetries: 50,
      backoff: { kind, baseMs: 100, capMs: 250, jitter },
    });
    const { calledAt } = run(refused);
    await clock.advance(60_000);
    const waits = calledAt.slice(1).map((at, index) => at - (calledAt[index] ?? 0));
    expect(waits).toHaveLength(50);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(bounds[0]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(bounds[1]);
    expect(new Set(waits).size).toBeGreaterThan(10);
  });

  test.each<[string, RetryOptions, number[]]>([
    ['from a second on', { backoff: steady }, [0, 1_000, 2_000]],
    ['no shorter than others', { backoff: { ...steady, baseMs: 4_000 } }, [0, 4_000, 8_000]],
    ['as told', { backoff: { ...steady, classBaseMs: { throttled: 300 } } }, [0, 300, 600]],
    ['no longer than the cap', { backoff: { ...steady, capMs: 500 } }, [0, 500, 1_000]],
  ])('after throttling it is longer: %s', async (_title, options, times) => {
    const { run, clock } = createRetryUnderTest(options);
    const { calledAt } = run({ status: 429 });
    await clock.advance(10_000);
    expect(calledAt).toEqual(times);
  });

  test('any class may have its own first wait', async () => {
    const backoff = { ...steady, classBaseMs: { partial_outage: 700 } };
    const { run, clock } = createRetryUnderTest({ backoff });
    const { calledAt } = run(refused);
    await clock.advance(10_000);
    expect(calledAt).toEqual([0, 700, 1_400]);
  });

  test.each([
    ['0.5', 500],
    ['60', 2_000],
    [new Date(1_500).toUTCString(), 1_000],
  ])('Retry-After: %s waits %i ms, as far as the cap goes', async (header, waitMs) => {
    const { run, clock } = createRetryUnderTest({ backoff: { ...steady, capMs: 2_000 }, maxRetries: 1 });
    const { calledAt } = run({ status: 503, headers: { 'retry-after': header } });
    await clock.advance(10_000);
    expect(calledAt).toEqual([0, waitMs]);
  });

  test.each<[string, RetryOptions, number]>([
    ['beyond the cap where told so', { backoff: steady, maxRetryAfterMs: 45_000 }, 45_000],
    ['up to ten seconds by default', { backoff: { baseMs: 1 } }, 10_000],
    ['up to half a minute where a function decides', { backoff: () => 0 }, 30_000],
  ])('what the other side asks for is heeded %s', async (_title, options, waitMs) => {
    const { run, clock } = createRetryUnderTest({ maxRetries: 1, ...options });
    const { calledAt } = run({ status: 429, headers: { 'retry-after': '60' } });
    await clock.advance(60_000);
    expect(calledAt).toEqual([0, waitMs]);
  });

  test('an aborted signal ends the wait at once', async () => {
    const { run, clock, telemetry } = createRetryUnderTest({ backoff: steady });
    const controller = new AbortController();
    const { answer, calledAt } = run(refused, controller.signal);
    await clock.advance(50);
    const reason = new Error('gave up');
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await clock.advance(1_000);
    expect(calledAt).toEqual([0]);
    expect(telemetry.counts('retry/orders')).toMatchObject({ cancelled: 1, retries: 1 });
  });
});

describe('when to stop', () => {
  test('a wait that would end too late is not begun', async () => {
    const { run, clock, telemetry } = createRetryUnderTest({ backoff: steady, maxElapsedMs: 5_000 });
    const { answer } = run({ status: 503, headers: { 'retry-after': '6' } });
    await clock.advance(0);
    await expect(answer).rejects.toMatchObject({ status: 503 });
    expect(telemetry.counts('retry/orders')).toMatchObject({ failure: 1 });
  });

  test('no retry begins after the longest time for all', async () => {
    const { run, clock } = createRetryUnderTest({ maxRetries: 50, backoff: steady, maxElapsedMs: 250 });
    const { calledAt } = run(refused);
    await clock.advance(10_000);
    expect(calledAt).toEqual([0, 100, 200]);
  });

  test('used-up retries are told, and wrapped where asked for', async () => {
    const { run, clock, telemetry } = createRetryUnderTest({ backoff: steady, wrapExhausted: true });
    const { answer } = run(refused);
    await clock.advance(10_000);
    const error = await answer.catch((caught: unknown) => caught);
    expect(hasCode(error, 'HOLDFAST_RETRIES_EXHAUSTED')).toBe(true);
    expect(error).toMatchObject({ cause: refused, source: { primitive: 'retry', name: 'orders' } });
    expect(telemetry.events).toContainEqual(
      expect.objectContaining({ kind: 'retry.exhausted', attempts: 3 }),
    );
    expect(telemetry.counts('retry/orders')).toEqual({ failure: 1, retries: 2, class_partial_outage: 3 });
  });

  test('a success after a retry is one success', async () => {
    const { runtime, clock, telemetry } = createTestRuntime();
    const retry = createRetry(runtime, 'orders', { backoff: steady });
    const answer = retry.execute(({ attempt }) => {
      if (attempt < 3) throw refused;
      return attempt;
    });
    await clock.advance(1_000);
    expect(await answer).toBe(3);
    expect(telemetry.counts('retry/orders')).toEqual({ success: 1, retries: 2, class_partial_outage: 2 });
  });
});
