import { expect, test } from 'vitest';
import { createFallback } from '../../../../agent/src/primitives/fallback/fallback.ts';
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

test('it may be the answer itself', async () => {
  const { runtime } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: [] });
  expect(await fallback.execute(failing)).toEqual([]);
});

test('an answer that is still to come is awaited', async () => {
  const { runtime } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: async () => 'from the cache' });
  expect(await fallback.execute(failing)).toBe('from the cache');
});

test.each([
  ['throws', failing],
  ['rejects', () => Promise.reject(boom)],
])('a fallback that %s passes its error on, and is counted', async (_how, broken) => {
  const { runtime, telemetry } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: broken });
  await expect(fallback.execute(() => Promise.reject(new Error('first')))).rejects.toBe(boom);
  expect(telemetry.counts('fallback/reviews')).toMatchObject({ failure: 1, fallback_failed: 1 });
});

test("the caller's own mistakes are not covered up", async () => {
  const { runtime } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: 'nothing' });
  const mistake = { status: 422 };
  await expect(fallback.execute(() => Promise.reject(mistake))).rejects.toBe(mistake);
});

test('which errors it answers can be said', async () => {
  const { runtime } = createTestRuntime();
  const options = { fallback: 'answered', fallbackOn: (error: unknown) => error === boom };
  const fallback = createFallback(runtime, 'reviews', options);
  expect(await fallback.execute(failing)).toBe('answered');
  await expect(fallback.execute(() => Promise.reject(new Error('other')))).rejects.toThrow('other');
});

test('a call that its caller gave up is not answered', async () => {
  const { runtime } = createTestRuntime();
  const fallback = createFallback(runtime, 'reviews', { fallback: 'answered', fallbackOn: () => true });
  const controller = new AbortController();
  const answer = fallback.execute(() => new Promise(() => {}), { signal: controller.signal });
  controller.abort(new Error('gave up'));
  await expect(answer).rejects.toThrow('gave up');
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

test('a fallback without an answer is refused', () => {
  const { runtime } = createTestRuntime();
  // @ts-expect-error the answer is missing
  expect(() => createFallback(runtime, 'reviews', {})).toThrow('`fallback` must be given');
});
