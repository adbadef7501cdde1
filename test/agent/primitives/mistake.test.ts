import { createAgent } from '@holdfast/agent';
import { describe, expect, test } from 'vitest';
import { createPipeline } from '../../../agent/src/primitives/pipeline/pipeline.ts';
import { createTestRuntime } from '../support/runtime.ts';

const agent = createAgent({ service: 'shop', collector: false });
const retry = agent.retry('retry');
const breaker = agent.circuitBreaker('breaker');
const executors = [
  ['pipeline', agent.pipeline('pipeline', { circuitBreaker: {} })],
  ['circuit breaker', breaker],
  ['retry', retry],
  ['rate limiter', agent.rateLimiter('limiter', { limit: 1_000 })],
  ['cache', agent.cache('cache', { ttlMs: 1 })],
  ['idempotency', agent.idempotency('idempotency')],
  ['saga', agent.saga('saga')],
  ['endpoints', agent.endpoints('endpoints', { endpoints: ['a'] })],
  ['composition', agent.compose(retry, breaker)],
] as const;

interface Loose {
  execute(fn: unknown, options?: unknown): Promise<unknown>;
  wrap(fn: unknown, options?: unknown): unknown;
}

describe.each(executors)('what a %s is called with', (_kind, executor) => {
  // Whatever JavaScript hands in.
  const loose = executor as unknown as Loose;

  test.each([
    ['no function', undefined, { key: 'k' }, TypeError, '`fn` must be a function, got nothing'],
    [
      'a signal that is none',
      () => 1,
      { key: 'k', signal: {} },
      TypeError,
      '`signal` must be an AbortSignal',
    ],
    [
      'a controller',
      () => 1,
      { signal: new AbortController() },
      TypeError,
      '`signal` must be an AbortSignal',
    ],
    [
      'nothing as a signal',
      () => 1,
      { signal: null },
      TypeError,
      '`signal` must be an AbortSignal, got null',
    ],
    ['a misspelt option', () => 1, { key: 'k', signall: 1 }, TypeError, 'did you mean `signal`?'],
    ['a misspelt priority', () => 1, { key: 'k', priority: 'hgih' }, RangeError, '`priority` must be one of'],
    ['no options', () => 1, null, TypeError, 'options must be an object, got null'],
  ])('rejects %s by name', async (_what, fn, options, kind, message) => {
    const answer = loose.execute(fn, options); // must not throw
    const error = await answer.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toContain(message);
  });

  test('takes the options of every primitive', async () => {
    const options = { key: 'all', context: 1, priority: 'low', operation: 'o', enqueuedAt: 1, payload: 1 };
    const { signal } = new AbortController();
    expect(await loose.execute(() => 1, { ...options, id: 'i', input: 1, attempt: 1, signal })).toBe(1);
    expect(await loose.execute(() => 2, { key: 'none', signal: undefined, priority: undefined })).toBe(2);
  });

  test('does not wrap what is no function', () => {
    expect(() => loose.wrap(undefined, { keyOf: () => 'k' })).toThrow('`fn` must be a function, got nothing');
  });
});

test('hands on what a function was given as it is', async () => {
  const pool = agent.endpoints('handed', { endpoints: ['a'] });
  expect(await retry.execute((call) => pool.execute(({ endpoint }) => endpoint, call))).toBe('a');
  const saga = agent.saga('handed');
  const run = (call: object): Promise<number> => retry.execute(() => 1, call);
  expect(await saga.execute((scope) => scope.step('one', { run }))).toBe(1);
  expect(await saga.execute((scope) => run(scope))).toBe(1);
});

test('a mistake in the call counts nothing', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const pipeline: Loose = createPipeline(runtime, 'payments', { circuitBreaker: {}, retry: {} });
  await expect(pipeline.execute(undefined)).rejects.toThrow(TypeError);
  await expect(pipeline.execute(() => 1, { signall: 1 })).rejects.toThrow(TypeError);
  expect(telemetry.counts('pipeline/payments')).toEqual({});
  expect(telemetry.counts('circuit_breaker/payments')).toEqual({});
});
