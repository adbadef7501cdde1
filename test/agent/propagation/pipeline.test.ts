import {
  CriticalError,
  hasCode,
  type Pipeline,
  PartialOutageError,
  type PipelineOptions,
  type PropagationRule,
  TransientError,
} from '@holdfast/agent';
import { describe, expect, test } from 'vitest';
import { createTestAgent, type TestAgent } from '../support/agent.ts';

interface Guarded extends TestAgent {
  readonly pipeline: Pipeline;
  /** Fails each attempt with `error`, and says how often and with what it ended. */
  readonly fail: (error: unknown, operation?: string) => Promise<{ attempts: number; ended: unknown }>;
}

async function guarded(
  propagation: readonly PropagationRule[] = [],
  options: PipelineOptions = {},
): Promise<Guarded> {
  const test = await createTestAgent({ propagation });
  const pipeline = test.agent.pipeline('stock', {
    dependency: 'stock-api',
    retry: { maxRetries: 2, backoff: { kind: 'constant', baseMs: 10, jitter: 'none' } },
    circuitBreaker: { minimumCalls: 10 },
    fallback: () => 'instead',
    ...options,
  });
  const fail: Guarded['fail'] = async (thrown, operation) => {
    let attempts = 0;
    const call = pipeline.execute(
      () => {
        attempts += 1;
        throw thrown;
      },
      operation === undefined ? {} : { operation },
    );
    const [ended] = await Promise.allSettled([call, test.clock.advance(1_000)]);
    return { attempts, ended: ended.status === 'rejected' ? ended.reason : ended.value };
  };
  return { ...test, pipeline, fail };
}

function withCode(code: string): Error {
  return Object.assign(new Error('failed'), { code });
}

describe('without rules of the host', () => {
  test('what is transient is retried, then answered by the fallback', async () => {
    const { fail } = await guarded();
    expect(await fail(new TransientError('x'))).toEqual({ attempts: 3, ended: 'instead' });
  });

  test('a partial outage is answered by the fallback', async () => {
    const { fail } = await guarded();
    expect(await fail(new PartialOutageError('x'))).toEqual({ attempts: 1, ended: 'instead' });
  });

  test('what is critical opens the breaker and reaches the caller', async () => {
    const { fail, pipeline } = await guarded();
    const error = new CriticalError('x');
    const { attempts, ended } = await fail(error);
    expect(ended).toBe(error);
    expect([attempts, pipeline.circuitBreaker?.state]).toEqual([1, 'open']);
  });

  test('what nobody knows is reported and reaches the caller', async () => {
    const { agent, fail, clock, collector } = await guarded();
    const bare = agent.pipeline('bare', {});
    const error = new Error('odd');
    await expect(bare.execute(() => Promise.reject(error))).rejects.toBe(error);
    await clock.advance(1_000);
    const samples = collector.events.filter(({ kind }) => kind === 'error.sampled');
    expect(samples).toMatchObject([{ error: { class: 'unknown', message: 'odd' } }]);
    expect(await fail(error)).toEqual({ attempts: 1, ended: 'instead' });
  });

  test('a mistake in the program opens no breaker', async () => {
    const { fail, pipeline } = await guarded();
    expect(await fail(new TypeError('x is not a function'))).toEqual({ attempts: 1, ended: 'instead' });
    expect(pipeline.circuitBreaker?.state).toBe('closed');
    expect(pipeline.circuitBreaker?.metrics.failureCount).toBe(1);
  });
});

describe('a rule of the host', () => {
  test('retries what was not known to be safe', async () => {
    const { fail } = await guarded([{ match: { operation: 'GET *' }, actions: ['retry', 'fallback'] }]);
    expect((await fail(withCode('ECONNRESET'), 'GET /stock')).attempts).toBe(3);
    expect((await fail(withCode('ECONNRESET'), 'POST /stock')).attempts).toBe(1);
  });

  test('keeps from retrying and from the fallback', async () => {
    const { fail } = await guarded([{ match: { dependency: 'stock-*' }, actions: ['propagate'] }]);
    const error = new TransientError('x');
    expect(await fail(error)).toEqual({ attempts: 1, ended: error });
  });

  test('opens the breaker, also for what it would not count', async () => {
    const { fail, pipeline } = await guarded([
      { match: { code: 'HTTP_401' }, actions: ['trip', 'propagate'] },
    ]);
    await fail({ status: 401 });
    expect(pipeline.circuitBreaker?.state).toBe('open');
  });

  test('keeps an error from the breaker', async () => {
    const { fail, pipeline } = await guarded([
      { match: { code: 'E_ODD' }, actions: ['ignore', 'propagate'] },
    ]);
    await fail(withCode('E_ODD'));
    expect(pipeline.circuitBreaker?.metrics.callCount).toBe(0);
    await fail(withCode('E_OTHER'));
    expect(pipeline.circuitBreaker?.metrics.failureCount).toBe(1);
  });

  test('retries a rejection by the own breaker', async () => {
    const { agent, fail, pipeline } = await guarded();
    pipeline.circuitBreaker?.forceOpen('a test');
    expect(await fail(new Error('?'))).toEqual({ attempts: 0, ended: 'instead' });
    agent.propagation.replace([{ match: { class: 'rejected' }, actions: ['retry', 'propagate'] }]);
    const { attempts, ended } = await fail(new Error('?'));
    expect([attempts, hasCode(ended, 'HOLDFAST_CIRCUIT_OPEN')]).toEqual([0, true]);
  });

  test('degrades a flag, once for each attempt, with its cause', async () => {
    const { agent, fail, collector } = await guarded([
      { match: { pipeline: 'stock' }, actions: ['retry', { degrade: 'express', forMs: 5_000 }] },
    ]);
    agent.flags.define('express', { defaultValue: true, degradedValue: false });
    await fail(withCode('ECONNREFUSED'));
    expect(agent.flags.getBooleanValue('express', true)).toBe(false);
    expect(collector.events.filter(({ kind }) => kind === 'flag.degraded')).toMatchObject([
      { flag: 'express', cause: 'partial_outage error of stock-api (ECONNREFUSED)' },
    ]);
  });

  test('holds for calls that are under way when it is replaced', async () => {
    const { agent, clock, pipeline } = await guarded();
    let fails: (error: unknown) => void = () => {};
    const call = pipeline
      .execute(() => new Promise((_resolve, reject) => (fails = reject)))
      .catch((reason: unknown) => reason);
    agent.propagation.replace([{ match: { class: 'transient' }, actions: ['propagate'] }]);
    const error = new TransientError('x');
    fails(error);
    await clock.advance(1_000);
    expect(await call).toBe(error);
  });

  test('what the layer itself was told goes first', async () => {
    const { fail } = await guarded([{ match: () => true, actions: ['retry', 'propagate'] }], {
      retry: { retryOn: () => false },
      fallbackOn: () => true,
    });
    expect(await fail(new Error('?'))).toEqual({ attempts: 1, ended: 'instead' });
  });
});
