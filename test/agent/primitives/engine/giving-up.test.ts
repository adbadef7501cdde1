import { describe, expect, test } from 'vitest';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import type { PipelineOptions } from '../../../../agent/src/primitives/pipeline/options.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

interface Outcome extends TestRuntime {
  /** How the call ended whose signal a hook aborted. */
  readonly first: PromiseSettledResult<unknown>;
  readonly callCount: number;
  /** How often the function of another call was called that began right after it. */
  readonly otherCount: number;
}

/** Makes a failing call with hooks that abort its signal, then another that works. */
async function runWith(
  optionsOf: (abort: () => void) => PipelineOptions,
  listensTo?: 'failure' | 'half_opened',
): Promise<Outcome> {
  const test = createTestRuntime();
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error('gave up'));
  const pipeline = createPipeline(test.runtime, 'orders', optionsOf(abort));
  if (listensTo === 'half_opened') {
    pipeline.circuitBreaker?.open('drill', { durationMs: 10 });
    await test.clock.advance(20);
  }
  if (listensTo !== undefined) pipeline.circuitBreaker?.on(listensTo, abort);
  let callCount = 0;
  let otherCount = 0;
  const fail = async (): Promise<never> => {
    callCount += 1;
    throw new Error('broken');
  };
  const first = Promise.allSettled([pipeline.execute(fail, { signal: controller.signal })]);
  await test.clock.advance(0);
  const other = pipeline.execute(() => {
    otherCount += 1;
    return new Promise((resolve) => test.clock.setTimeout(() => resolve('other'), 30));
  });
  await test.clock.advance(60_000);
  await expect(other).resolves.toBe('other');
  const [result] = await first;
  return { ...test, first: result, callCount, otherCount };
}

const retry = { maxRetries: 3, retryOn: () => true };
const hooks: [string, (abort: () => void) => PipelineOptions][] = [
  ['retryOn', (abort) => ({ retry: { ...retry, retryOn: () => (abort(), true) } })],
  ['backoff', (abort) => ({ retry: { ...retry, backoff: () => (abort(), 5) } })],
  ['countsAsFailure', (abort) => ({ circuitBreaker: { countsAsFailure: () => (abort(), true) }, retry })],
  ['tripsOn', (abort) => ({ circuitBreaker: { tripsOn: () => (abort(), false) }, retry })],
];

describe('a hook that aborts the signal of its own call', () => {
  test.each(hooks)('%s ends it once, and touches no other', async (_name, optionsOf) => {
    const { first, callCount, otherCount, telemetry } = await runWith(optionsOf);
    expect(first).toMatchObject({ status: 'rejected', reason: new Error('gave up') });
    expect([callCount, otherCount]).toEqual([1, 1]);
    const { cancelled, success, failure, rejected, retries } = telemetry.counts('pipeline/orders');
    expect({ cancelled, success, failure, rejected, retries }).toEqual({ cancelled: 1, success: 1 });
  });

  test('as a listener of the breaker it settles the passage once', async () => {
    const { telemetry, otherCount } = await runWith(() => ({ circuitBreaker: {}, retry }), 'failure');
    expect(otherCount).toBe(1);
    expect(telemetry.counts('circuit_breaker/orders')).toEqual({
      failure: 1,
      success: 1,
      class_unknown: 1,
    });
  });

  test('while the breaker lets it in, nothing is called', async () => {
    const options = { circuitBreaker: { halfOpenCalls: 1, halfOpenMaxWaitMs: 0 }, retry };
    const { first, callCount, otherCount, telemetry } = await runWith(() => options, 'half_opened');
    expect(first.status).toBe('rejected');
    expect([callCount, otherCount]).toEqual([0, 1]);
    expect(telemetry.counts('circuit_breaker/orders')).toMatchObject({ cancelled: 1, success: 1 });
  });
});
