import { describe, expect, test } from 'vitest';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import type { RetryBudgetOptions } from '../../../../agent/src/primitives/retry/budget.ts';
import type { RetryOptions } from '../../../../agent/src/primitives/retry/options.ts';
import { createRetry, type Retry } from '../../../../agent/src/primitives/retry/retry.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const steady = { kind: 'constant', baseMs: 100, jitter: 'none' } as const;
const small = { name: 'shared', maxTokens: 20, retryCost: 10, throttledRetryCost: 5 } as const;

interface RetriesUnderTest extends TestRuntime {
  retry(name: string, options?: RetryOptions): Retry;
  /** How often a function is called that fails `failures` times. */
  callsOf(retry: Retry, failures: number, error?: unknown): Promise<number>;
}

function createRetries(budget: string | RetryBudgetOptions = small): RetriesUnderTest {
  const test = createTestRuntime();
  return {
    ...test,
    retry: (name, options) =>
      createRetry(test.runtime, name, { backoff: steady, maxRetries: 9, budget, ...options }),
    async callsOf(retry, failures, error = refused) {
      let calls = 0;
      const answer = retry.execute(() => {
        calls += 1;
        if (calls <= failures) throw error;
      });
      answer.catch(() => undefined);
      await test.clock.advance(60_000);
      return calls;
    },
  };
}

describe('a budget', () => {
  test('ends a call with its own error when no tokens are left', async () => {
    const { retry, telemetry, clock } = createRetries();
    const orders = retry('orders', { wrapExhausted: true });
    const answer = orders.execute(() => Promise.reject(refused));
    answer.catch(() => undefined);
    await clock.advance(1_000);
    await expect(answer).rejects.toBe(refused);
    expect(telemetry.counts('retry/orders')).toEqual({
      failure: 1,
      retries: 2,
      retries_denied: 1,
      class_partial_outage: 3,
    });
    expect(telemetry.gauges('retry/orders')).toEqual({ available: 0 });
  });

  test('is shared by all who name it', async () => {
    const { retry, callsOf } = createRetries();
    expect(await callsOf(retry('orders'), 9)).toBe(3);
    expect(await callsOf(retry('users'), 9)).toBe(1);
    expect(await callsOf(retry('others', { budget: { ...small, name: 'own' } }), 9)).toBe(3);
  });

  test('is shared with pipelines, which show its level', async () => {
    const { runtime, clock, telemetry, retry, callsOf } = createRetries();
    const pipeline = createPipeline(runtime, 'payments', { retry: { budget: small, backoff: steady } });
    const answer = pipeline.execute(() => Promise.reject(refused));
    answer.catch(() => undefined);
    await clock.advance(100);
    expect(telemetry.gauges('pipeline/payments')).toEqual({ available: 0 });
    expect(await callsOf(retry('orders'), 9)).toBe(1);
  });

  test('gets back what the last retry took when it helped', async () => {
    const { retry, callsOf, telemetry } = createRetries();
    const orders = retry('orders');
    expect(await callsOf(orders, 1)).toBe(2);
    expect(telemetry.gauges('retry/orders')).toEqual({ available: 20 });
    expect(await callsOf(orders, 2)).toBe(3);
    expect(telemetry.gauges('retry/orders')).toEqual({ available: 10 });
  });

  test('gets a little back for each call that succeeds at once', async () => {
    const { retry, callsOf, telemetry } = createRetries({ ...small, tokenRatio: 0.5 });
    const orders = retry('orders');
    await callsOf(orders, 9);
    for (let call = 0; call < 7; call++) await orders.execute(() => 'fine');
    expect(telemetry.gauges('retry/orders')).toEqual({ available: 3 });
    for (let call = 0; call < 100; call++) await orders.execute(() => 'fine');
    expect(telemetry.gauges('retry/orders')).toEqual({ available: 20 });
  });

  test('takes less for what was throttled', async () => {
    const { retry, callsOf } = createRetries();
    expect(await callsOf(retry('orders'), 9, { status: 429 })).toBe(5);
  });

  test('keeps its reserve', async () => {
    const { retry, callsOf } = createRetries({
      name: 'grpc',
      maxTokens: 10,
      retryCost: 1,
      throttledRetryCost: 1,
      tokenRatio: 0.1,
      reserveRatio: 0.5,
    });
    expect(await callsOf(retry('orders'), 9)).toBe(6);
  });

  test('by its name alone has the defaults of the AWS SDKs', async () => {
    const { retry, callsOf, telemetry } = createRetries('aws');
    const orders = retry('orders');
    expect(telemetry.gauges('retry/orders')).toEqual({ available: 500 });
    await callsOf(orders, 99);
    expect(telemetry.gauges('retry/orders')).toEqual({ available: 500 - 9 * 14 });
  });

  test('tells when retries begin and cease to be denied', async () => {
    const { retry, callsOf, telemetry } = createRetries();
    const orders = retry('orders');
    await callsOf(orders, 9);
    const kinds = telemetry.kinds().filter((kind) => kind.startsWith('retry.budget'));
    expect(kinds).toEqual(['retry.budget_exhausted', 'retry.budget_restored']);
    expect(telemetry.events).toContainEqual({ kind: 'retry.budget_restored', count: 1 });
  });
});

describe('options', () => {
  test.each<[unknown, string]>([
    [{ ...small, maxTokns: 5 }, '`budget.maxTokns` is not an option; did you mean `maxTokens`?'],
    [{ maxTokens: 5 }, '`budget.name` must be a string, got nothing'],
    [5, '`budget` must be an object, got 5'],
    [{ name: 'b', maxTokens: 10 }, '`budget` would never allow a retry: `retryCost`'],
    [
      { name: 'b', reserveRatio: 50 },
      '`budget.reserveRatio` must be between 0 and 1, got 50 (a percentage?)',
    ],
  ])('%o is refused', (budget, problem) => {
    const { runtime } = createTestRuntime();
    expect(() => createRetry(runtime, 'orders', { budget } as RetryOptions)).toThrow(problem);
  });

  test('a budget of the same name with other options is refused', () => {
    const { retry } = createRetries();
    retry('orders');
    expect(() => retry('users', { budget: { ...small, maxTokens: 30 } })).toThrow(
      'retry budget `shared` exists with other options: maxTokens: 20 → 30',
    );
  });
});
