import { expect, test } from 'vitest';
import type { CallContext } from '../../../../agent/src/primitives/call.ts';
import { createHedge } from '../../../../agent/src/primitives/hedge/hedge.ts';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import { createRetry } from '../../../../agent/src/primitives/retry/retry.ts';
import { compose } from '../../support/compose.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const busy = (): Error => Object.assign(new Error('busy'), { status: 503 });

function hanging({ signal }: CallContext): Promise<never> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
}

test('retry and breaker see one attempt, whatever the hedge sent', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const pipeline = createPipeline(runtime, 'search', {
    retry: { maxRetries: 1, idempotent: true, backoff: { kind: 'constant', baseMs: 50, jitter: 'none' } },
    circuitBreaker: {},
    hedge: { delayMs: 100 },
  });
  const attempts: number[] = [];
  const answer = pipeline.execute(({ attempt }) => {
    attempts.push(attempt);
    if (attempts.length < 3) throw busy();
    return 'found';
  });
  await clock.advance(50);
  expect(await answer).toBe('found');
  expect(attempts).toEqual([1, 2, 3]);
  expect(telemetry.counts('circuit_breaker/search')).toEqual({
    success: 1,
    failure: 1,
    class_partial_outage: 1,
  });
  expect(telemetry.counts('pipeline/search')).toEqual({
    success: 1,
    retries: 1,
    hedges: 1,
    class_partial_outage: 1,
  });
});

test('the time of an attempt ends all that the hedge sent', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const pipeline = createPipeline(runtime, 'search', { timeoutMs: 300, hedge: { delayMs: 100 } });
  const signals: AbortSignal[] = [];
  const answer = pipeline.execute((call) => {
    signals.push(call.signal);
    return hanging(call);
  });
  answer.catch(() => undefined);
  await clock.advance(300);
  await expect(answer).rejects.toMatchObject({ code: 'HOLDFAST_TIMED_OUT' });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  await clock.advance(1_000);
  expect(telemetry.counts('pipeline/search')).toEqual({ timeout: 1, hedges: 1, class_partial_outage: 1 });
});

test.each(['pipeline', 'compose'])(
  'within the retry of a %s no two attempts have one number',
  async (how) => {
    const { runtime, clock } = createTestRuntime();
    const backoff = { kind: 'constant', baseMs: 50, jitter: 'none' } as const;
    const retry = { maxRetries: 2, idempotent: true, backoff };
    const hedge = { delayMs: 100 };
    const search =
      how === 'pipeline'
        ? createPipeline(runtime, 'search', { retry, hedge })
        : compose(runtime, createRetry(runtime, 'search', retry), createHedge(runtime, 'search', hedge));
    const attempts: number[] = [];
    const answer = search.execute(({ attempt }) => {
      attempts.push(attempt);
      if (attempt < 6) throw busy();
      return 'found';
    });
    await clock.advance(1_000);
    expect(await answer).toBe('found');
    expect(attempts).toEqual([1, 2, 3, 4, 5, 6]);
    const next: number[] = [];
    await search.execute(({ attempt }) => next.push(attempt));
    expect(next).toEqual([1]);
  },
);
