import { describe, expect, test } from 'vitest';
import { CriticalError } from '../../../../agent/src/errors.ts';
import type { PipelineOptions } from '../../../../agent/src/primitives/pipeline/options.ts';
import { createPipeline, type Pipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import type { PropagationRule } from '../../../../agent/src/propagation/rules.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

const steady = { kind: 'constant', baseMs: 100, jitter: 'none' } as const;
const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const expired = Object.assign(new Error('expired'), { code: 'CERT_HAS_EXPIRED' });
const strange = new Error('strange');

interface PipelineUnderTest extends TestRuntime {
  readonly pipeline: Pipeline;
  /** Calls a function that always fails, and says how often it was called and what came of it. */
  fail(error: unknown, operation?: string): Promise<{ calls: number; ended: unknown }>;
}

function createRuled(propagation: readonly PropagationRule[], options: PipelineOptions): PipelineUnderTest {
  const test = createTestRuntime({ propagation });
  const pipeline = createPipeline(test.runtime, 'payments', { dependency: 'payments-api', ...options });
  return {
    ...test,
    pipeline,
    async fail(thrown, operation = 'pay') {
      let calls = 0;
      const failing = (): never => {
        calls += 1;
        throw thrown;
      };
      const answer = pipeline.execute(failing, { operation });
      answer.catch(() => undefined);
      await test.clock.advance(10_000);
      return { calls, ended: await answer.catch((caught: unknown) => caught) };
    },
  };
}

describe('retry', () => {
  const retry = { backoff: steady };

  test('a rule retries what is not known to be idempotent', async () => {
    const { fail } = createRuled([{ match: { code: 'ECONNRESET' }, actions: ['retry'] }], { retry });
    expect(await fail(reset)).toEqual({ calls: 3, ended: reset });
  });

  test('a rule that does not say retry forbids it', async () => {
    const { fail } = createRuled([{ match: { code: 'ECONNREFUSED' }, actions: ['propagate'] }], { retry });
    expect(await fail(refused)).toEqual({ calls: 1, ended: refused });
  });

  test('`retryOn` decides before the rules', async () => {
    const rules: PropagationRule[] = [{ match: { class: 'unknown' }, actions: ['propagate'] }];
    const { fail } = createRuled(rules, { retry: { ...retry, retryOn: (error) => error === strange } });
    expect(await fail(strange)).toMatchObject({ calls: 3 });
  });

  test('a rule knows operation, dependency and pipeline', async () => {
    const match = { operation: 'read*', dependency: 'payments-api', pipeline: 'payments' };
    const { fail } = createRuled([{ match, actions: ['retry'] }], { retry });
    expect(await fail(reset, 'read basket')).toMatchObject({ calls: 3 });
    expect(await fail(reset, 'pay')).toMatchObject({ calls: 1 });
  });

  test('a rule retries rejections by an open breaker', async () => {
    const { pipeline, clock } = createRuled([{ match: { class: 'rejected' }, actions: ['retry'] }], {
      retry,
      circuitBreaker: { openDurationMs: 50 },
    });
    pipeline.circuitBreaker?.open('a moment');
    const answer = pipeline.execute(() => 'through');
    await clock.advance(100);
    expect(await answer).toBe('through');
  });

  test('a classification rule is enough, and is explained', async () => {
    const { clock, runtime } = createTestRuntime({
      rules: [{ match: { name: 'Odd' }, class: 'unknown', retry: 'safe' }],
    });
    const odd = Object.assign(new Error('odd'), { name: 'Odd' });
    const pipeline = createPipeline(runtime, 'payments', { retry });
    const answer = pipeline.execute(({ attempt }) => (attempt === 1 ? Promise.reject(odd) : 'better'));
    await clock.advance(100);
    expect(await answer).toBe('better');
    const classification = runtime.classifier.classify(odd);
    expect(runtime.propagation.explain({ error: odd, classification }).actions).toContain('retry');
  });

  test('rules may be replaced while calls are made', async () => {
    const { fail, runtime } = createRuled([], { retry });
    expect(await fail(reset)).toMatchObject({ calls: 1 });
    runtime.propagation.replace([{ match: { class: 'transient' }, actions: ['retry'] }]);
    expect(await fail(reset)).toMatchObject({ calls: 3 });
  });
});

describe('fallback', () => {
  const fallback = 'pending';

  test.each<[string, unknown, unknown]>([
    ['what is down, yes', refused, fallback],
    ['what nobody knows, yes', strange, fallback],
    ['what is critical, not', expired, expired],
    ["the caller's mistakes, not", { status: 404 }, { status: 404 }],
  ])('without rules it answers %s', async (_title, error, ended) => {
    const { fail } = createRuled([], { fallback });
    expect(await fail(error)).toMatchObject({ ended });
  });

  test('a rule keeps it from answering', async () => {
    const { fail } = createRuled([{ match: { class: 'partial_outage' }, actions: ['propagate'] }], {
      fallback,
    });
    expect(await fail(refused)).toMatchObject({ ended: refused });
  });

  test('a rule lets it answer what it else would not', async () => {
    const { fail } = createRuled([{ match: { class: 'critical' }, actions: ['fallback'] }], { fallback });
    expect(await fail(expired)).toMatchObject({ ended: fallback });
  });

  test('`fallbackOn` decides before the rules', async () => {
    const { fail } = createRuled([{ match: { class: 'critical' }, actions: ['propagate'] }], {
      fallback,
      fallbackOn: ['critical'],
    });
    expect(await fail(expired)).toMatchObject({ ended: fallback });
  });

  test('a rule keeps it from answering rejections', async () => {
    const { pipeline, fail, telemetry } = createRuled(
      [{ match: { class: 'rejected' }, actions: ['propagate'] }],
      { fallback, circuitBreaker: {}, bulkhead: { maxConcurrentCalls: 1 } },
    );
    pipeline.circuitBreaker?.forceOpen('stop');
    expect(await fail(strange)).toMatchObject({ calls: 0, ended: { code: 'HOLDFAST_CIRCUIT_OPEN' } });
    pipeline.circuitBreaker?.close();
    void pipeline.execute(() => new Promise(() => {}));
    expect(await fail(strange)).toMatchObject({ calls: 0, ended: { code: 'HOLDFAST_BULKHEAD_FULL' } });
    expect(telemetry.counts('pipeline/payments')).toEqual({ rejected: 2 });
    expect(telemetry.counts('bulkhead/payments')).toEqual({ ignored: 1, rejected: 1, class_rejected: 1 });
  });
});

describe('the breaker', () => {
  const circuitBreaker = { minimumCalls: 10, openDurationMs: 5_000 };

  test.each<[string, unknown]>([
    ['a thrown CriticalError', new CriticalError('data at risk')],
    ['a certificate that has expired', expired],
  ])('opens at once for %s', async (_title, error) => {
    const { pipeline, fail, telemetry } = createRuled([], { circuitBreaker });
    await fail(error);
    expect(pipeline.circuitBreaker?.state).toBe('open');
    expect(telemetry.events).toContainEqual(
      expect.objectContaining({ kind: 'circuit_breaker.opened', cause: 'trip' }),
    );
  });

  test('stays closed where its own options say so', async () => {
    const { pipeline, fail } = createRuled([], {
      circuitBreaker: { ...circuitBreaker, tripsOn: () => false },
    });
    await fail(expired);
    expect(pipeline.circuitBreaker?.state).toBe('closed');
  });

  test('stays closed for what does not count as a failure', async () => {
    const { pipeline, fail } = createRuled([], {
      circuitBreaker: { ...circuitBreaker, countsAsFailure: () => false },
    });
    await fail(expired);
    expect(pipeline.circuitBreaker?.state).toBe('closed');
  });

  test('opens at once where a rule says trip', async () => {
    const { pipeline, fail } = createRuled([{ match: { class: 'unknown' }, actions: ['trip'] }], {
      circuitBreaker,
    });
    await fail(strange);
    expect(pipeline.circuitBreaker?.state).toBe('open');
  });

  test('counts neither way where a rule says ignore; the call fails', async () => {
    const { fail, telemetry } = createRuled([{ match: { class: 'unknown' }, actions: ['ignore'] }], {
      circuitBreaker,
    });
    expect(await fail(strange)).toEqual({ calls: 1, ended: strange });
    expect(telemetry.counts('circuit_breaker/payments')).toEqual({ ignored: 1, class_unknown: 1 });
    expect(telemetry.counts('pipeline/payments')).toEqual({ failure: 1 });
    expect(telemetry.kinds()).not.toContain('error.sampled');
  });
});

test('a rule degrades a flag', async () => {
  const { fail, degraded } = createRuled(
    [{ match: { class: 'partial_outage' }, actions: [{ degrade: 'checkout', forMs: 5_000 }] }],
    {},
  );
  await fail(refused);
  expect(degraded).toEqual([['checkout', 'partial_outage error of payments-api (ECONNREFUSED)', 5_000]]);
});

test('samples name the operation', async () => {
  const { fail, telemetry } = createRuled([], { circuitBreaker: {} });
  await fail(strange, 'pay');
  expect(telemetry.events).toContainEqual(
    expect.objectContaining({ kind: 'error.sampled', operation: 'pay' }),
  );
});
