import { expect, test } from 'vitest';
import { CriticalError, hasCode, PartialOutageError, ResilienceError } from '../../../../agent/src/errors.ts';
import { createFallback } from '../../../../agent/src/primitives/fallback/fallback.ts';
import type { FallbackOptions } from '../../../../agent/src/primitives/fallback/options.ts';
import { createRetry } from '../../../../agent/src/primitives/retry/retry.ts';
import { compose } from '../../support/compose.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const boom = new Error('down');

function failing(): never {
  throw boom;
}

test('it is given the error and the context of the caller', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: (error, context) => [error, context] });
  expect(await fallback.execute(failing, { context: 'order 7' })).toEqual([boom, 'order 7']);
  expect(telemetry.counts('fallback/reviews')).toEqual({ success: 1, fallback_used: 1, class_unknown: 1 });
});

test.each([[[]], [[1, 2]], [{ status: 'pending' }], ['none'], [0], [false], [null]])(
  'it may be the answer itself: %j',
  async (answer) => {
    const { runtime } = createTestRuntime();
    const fallback = createFallback(runtime, 'reviews', { fallback: answer });
    expect(await fallback.execute(failing)).toBe(answer);
  },
);

test('an answer that is still to come is awaited', async () => {
  const { runtime } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: async () => 'from the cache' });
  expect(await fallback.execute(failing)).toBe('from the cache');
});

test.each([
  ['throws', failing],
  ['rejects', () => Promise.reject(boom)],
])('where a fallback %s, the caller gets both errors', async (_how, broken) => {
  const { runtime, telemetry } = createTestRuntime();
  const first = new PartialOutageError('first');
  const fallback = createFallback(runtime, 'reviews', { fallback: broken });
  const error = await fallback.execute(() => Promise.reject(first)).catch((caught: unknown) => caught);
  expect(hasCode(error, 'HOLDFAST_FALLBACK_FAILED')).toBe(true);
  expect(error).toMatchObject({
    message: '"reviews" failed, and so did its fallback',
    source: { service: 'checkout', primitive: 'fallback', name: 'reviews' },
    cause: first,
    errors: [first, boom],
  });
  expect(telemetry.counts('fallback/reviews')).toEqual({
    failure: 1,
    fallback_failed: 1,
    class_partial_outage: 1,
    class_unknown: 1,
  });
});

test('what failed with its fallback has the meaning of the first error', async () => {
  const { runtime } = createTestRuntime();
  const first = new PartialOutageError('first');
  const fallback = createFallback(runtime, 'reviews', { fallback: failing });
  const error = await fallback.execute(() => Promise.reject(first)).catch((caught: unknown) => caught);
  expect(runtime.classifier.classify(error).class).toBe('partial_outage');
});

test('what failed with its fallback is counted once, by the inner layer', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const retry = createRetry(runtime, 'reviews', { maxRetries: 0 });
  const composed = compose(runtime, retry, createFallback(runtime, 'reviews', { fallback: failing }));
  const first = new PartialOutageError('first');
  await expect(composed.execute(() => Promise.reject(first))).rejects.toMatchObject({ cause: first });
  expect(telemetry.counts('retry/reviews')).toEqual({ failure: 1 });
});

test('when to come back is that of the first error', async () => {
  const { runtime } = createTestRuntime();
  const source = { service: 'checkout', primitive: 'rate_limiter', name: 'limit' } as const;
  const limited = new ResilienceError({
    code: 'HOLDFAST_RATE_LIMITED',
    message: 'too many',
    source,
    retryAfterMs: 70,
  });
  const fallback = createFallback(runtime, 'reviews', { fallback: failing });
  await expect(fallback.execute(() => Promise.reject(limited))).rejects.toMatchObject({ retryAfterMs: 70 });
});

test.each([
  ["the caller's own mistakes", { status: 422 }],
  ['critical errors', new CriticalError('disk full')],
])('%s are not covered up', async (_what, error) => {
  const { runtime } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: 'nothing' });
  await expect(fallback.execute(() => Promise.reject(error))).rejects.toBe(error);
});

test('which errors it answers can be asked', async () => {
  const { runtime, faults } = createTestRuntime();
  const fallbackOn = (error: unknown): boolean => {
    if (error === 'odd') throw boom;
    return error === boom;
  };
  const fallback = createFallback(runtime, 'reviews', { fallback: 'answered', fallbackOn });
  expect(await fallback.execute(failing)).toBe('answered');
  await expect(fallback.execute(() => Promise.reject(new Error('other')))).rejects.toThrow('other');
  expect(await fallback.execute(() => Promise.reject('odd'))).toBe('answered');
  expect(faults).toEqual([boom]);
});

test('which classes of error it answers can be listed', async () => {
  const { runtime } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: 'answered', fallbackOn: ['critical'] });
  expect(await fallback.execute(() => Promise.reject(new CriticalError('disk full')))).toBe('answered');
  await expect(fallback.execute(failing)).rejects.toBe(boom);
});

test('a call that its caller gave up is not answered', async () => {
  const { runtime } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: 'answered', fallbackOn: () => true });
  const controller = new AbortController();
  const answer = fallback.execute(() => new Promise(() => {}), { signal: controller.signal });
  controller.abort(new Error('gave up'));
  await expect(answer).rejects.toThrow('gave up');
});

test('a caller who gives up while the fallback works is let go', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: [() => new Promise(() => {}), 'last'] });
  const controller = new AbortController();
  const answer = fallback.execute(failing, { signal: controller.signal });
  answer.catch(() => undefined);
  await clock.advance(0);
  controller.abort(boom);
  await expect(answer).rejects.toBe(boom);
  expect(telemetry.counts('fallback/reviews')).toEqual({
    cancelled: 1,
    class_cancelled: 1,
    class_unknown: 1,
  });
});

test('its use is told when it begins and when it ended', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: 'answered' });
  await fallback.execute(failing);
  await clock.advance(6_000);
  await fallback.execute(failing);
  await clock.advance(6_000);
  const told = (): unknown[] => telemetry.events.filter(({ kind }) => kind.startsWith('fallback.'));
  expect(told()).toEqual([{ kind: 'fallback.started', count: 0 }]);
  await clock.advance(10_000);
  expect(told()).toEqual([
    { kind: 'fallback.started', count: 0 },
    { kind: 'fallback.stopped', count: 2 },
  ]);
});

test.each([
  [{}, '`fallback` must be given: a function or an answer'],
  [{ fallback: 1, fallbackOn: 'rejected' }, '`fallbackOn` must be a function, or an array of error classes'],
  [{ fallback: 1, fallbackOn: ['cancelled'] }, '`fallbackOn[0]` must be one of transient, partial_outage'],
  [{ fallback: { through: {}, fn: failing } }, '`fallback.through` must be a pipeline or another primitive'],
  [{ fallback: { through: { execute: failing } } }, '`fallback.fn` must be a function, got nothing'],
  [{ fallback: { lastGood: 7 } }, '`fallback.lastGood` must be an object, got 7'],
  [{ fallback: { lastGood: { scope: 'any' } } }, '`fallback.lastGood.scope` must be one of key, all'],
  [{ fallback: { lastGood: { maxAge: 7 } } }, 'did you mean `maxAgeMs`?'],
  [{ fallback: [failing, { lastGood: { maxKeys: 0 } }] }, '`fallback[1].lastGood.maxKeys` must be between 1'],
  [
    { fallback: [failing, 'x', failing] },
    '`fallback[2]` is never asked: what stands before it always answers',
  ],
])('%o is refused', (options, problem) => {
  const { runtime } = createTestRuntime();
  expect(() => createFallback(runtime, 'reviews', options as FallbackOptions)).toThrow(problem);
});
