import { describe, expect, test } from 'vitest';
import { createFallback, type Fallback } from '../../../../agent/src/primitives/fallback/fallback.ts';
import type { FallbackSources } from '../../../../agent/src/primitives/fallback/options.ts';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

const boom = new Error('down');
const alsoDown = new Error('also down');

function failing(): never {
  throw boom;
}

function create(fallback: FallbackSources): TestRuntime & { readonly fallback: Fallback } {
  const test = createTestRuntime();
  return { ...test, fallback: createFallback(test.runtime, 'reviews', { fallback }) };
}

describe('a chain', () => {
  test('a later one is asked where an earlier one fails', async () => {
    const asked: unknown[] = [];
    const { fallback, telemetry } = create([
      () => {
        asked.push('first');
        throw alsoDown;
      },
      async (error) => {
        asked.push(error);
        throw alsoDown;
      },
      (_error, context) => `third for ${String(context)}`,
      () => asked.push('never'),
    ]);
    expect(await fallback.execute(failing, { context: 'ana' })).toBe('third for ana');
    expect(asked).toEqual(['first', boom]);
    expect(telemetry.counts('fallback/reviews')).toEqual({ success: 1, fallback_used: 1, class_unknown: 3 });
  });

  test('it may end with an answer', async () => {
    const { fallback } = create([() => Promise.reject(alsoDown), 'closed today']);
    expect(await fallback.execute(failing)).toBe('closed today');
  });

  test('where all fail, the caller gets all errors in order', async () => {
    const other = new TypeError('a mistake');
    const { fallback, telemetry } = create([() => Promise.reject(alsoDown), () => Promise.reject(other)]);
    await expect(fallback.execute(failing)).rejects.toMatchObject({
      code: 'HOLDFAST_FALLBACK_FAILED',
      cause: boom,
      errors: [boom, alsoDown, other],
    });
    expect(telemetry.counts('fallback/reviews')).toMatchObject({ failure: 1, fallback_failed: 1 });
  });
});

describe('another pipeline', () => {
  test('it is given the call, and guards the answer', async () => {
    const { runtime, telemetry } = createTestRuntime();
    const archive = createPipeline(runtime, 'archive', { retry: { maxRetries: 0 } });
    const fallback = createFallback(runtime, 'reviews', {
      fallback: { through: archive, fn: ({ attempt }, error, context) => [attempt, error, context] },
    });
    expect(await fallback.execute(failing, { context: 'ana' })).toEqual([1, boom, 'ana']);
    expect(telemetry.counts('pipeline/archive')).toEqual({ success: 1 });
  });

  test("the caller's signal reaches it", async () => {
    const { runtime, clock, telemetry } = createTestRuntime();
    const archive = createPipeline(runtime, 'archive', {});
    const fallback = createFallback(runtime, 'reviews', {
      fallback: { through: archive, fn: () => new Promise(() => {}) },
    });
    const controller = new AbortController();
    const answer = fallback.execute(failing, { signal: controller.signal });
    answer.catch(() => undefined);
    await clock.advance(0);
    controller.abort(alsoDown);
    await expect(answer).rejects.toBe(alsoDown);
    expect(telemetry.counts('pipeline/archive')).toEqual({ cancelled: 1, class_cancelled: 1 });
  });

  test('what it rejects leads to the next', async () => {
    const { runtime } = createTestRuntime();
    const archive = createPipeline(runtime, 'archive', { circuitBreaker: {} });
    archive.circuitBreaker?.forceOpen('moving');
    const fallback = createFallback(runtime, 'reviews', {
      fallback: [{ through: archive, fn: () => 'old reviews' }, 'none'],
    });
    expect(await fallback.execute(failing)).toBe('none');
  });
});

describe('the last good answer', () => {
  test('it is that of the same key', async () => {
    const { fallback, telemetry } = create({ lastGood: true });
    await fallback.execute(() => 'of ana', { key: 'ana' });
    await fallback.execute(() => 'of bob', { key: 'bob' });
    expect(await fallback.execute(failing, { key: 'ana' })).toBe('of ana');
    await expect(fallback.execute(failing, { key: 'eve' })).rejects.toBe(boom);
    expect(telemetry.counts('fallback/reviews')).toEqual({
      success: 3,
      failure: 1,
      fallback_used: 1,
      cache_stale: 1,
      class_unknown: 2,
    });
  });

  test('without a key nothing is kept, and that is reported once', async () => {
    const { fallback, faults } = create({ lastGood: true });
    await fallback.execute(() => 'of ana');
    await expect(fallback.execute(failing)).rejects.toBe(boom);
    expect(faults).toHaveLength(1);
    expect(String(faults[0])).toContain('`lastGood` keeps nothing of calls without a `key`');
  });

  test('it may be one for all', async () => {
    const { fallback } = create({ lastGood: { scope: 'all' } });
    await fallback.execute(() => 'rates of today', { key: 'ana' });
    expect(await fallback.execute(failing)).toBe('rates of today');
  });

  test('the caller can be told how old it is', async () => {
    const { fallback, clock } = create({
      lastGood: {
        scope: 'all',
        answer: ({ value, ageMs }, error, context) => ({ value, ageMs, error, context }),
      },
    });
    await fallback.execute(() => 1.08);
    await clock.advance(90_000);
    expect(await fallback.execute(failing, { context: 'eur' })).toEqual({
      value: 1.08,
      ageMs: 90_000,
      error: boom,
      context: 'eur',
    });
  });

  test('where it is too old, the next is asked', async () => {
    const { fallback, clock } = create([{ lastGood: { scope: 'all', maxAgeMs: 60_000 } }, 'none']);
    await fallback.execute(() => 'rates');
    await clock.advance(60_000);
    expect(await fallback.execute(failing)).toBe('rates');
    await clock.advance(1);
    expect(await fallback.execute(failing)).toBe('none');
  });

  test('so many are kept, those that were asked for last', async () => {
    const { fallback } = create({ lastGood: { maxKeys: 2 } });
    await fallback.execute(() => 'of ana', { key: 'ana' });
    await fallback.execute(() => 'of bob', { key: 'bob' });
    expect(await fallback.execute(failing, { key: 'ana' })).toBe('of ana');
    await fallback.execute(() => 'of eve', { key: 'eve' });
    await expect(fallback.execute(failing, { key: 'bob' })).rejects.toBe(boom);
    expect(await fallback.execute(failing, { key: 'ana' })).toBe('of ana');
  });

  test('a pipeline whose breaker is open answers with it', async () => {
    const { runtime } = createTestRuntime();
    const rates = createPipeline(runtime, 'rates', {
      circuitBreaker: {},
      fallback: { lastGood: { scope: 'all' } },
    });
    await rates.execute(() => 1.08);
    rates.circuitBreaker?.forceOpen('maintenance');
    expect(await rates.execute(() => 1.09)).toBe(1.08);
  });
});

test.each<[FallbackSources, object]>([
  [failing, { fallback: 'a function' }],
  [{ status: 'pending' }, { fallback: 'a function' }],
  [
    { lastGood: true },
    { 'fallback.scope': 'key', 'fallback.maxAgeMs': 3_600_000, 'fallback.maxKeys': 1_000 },
  ],
  [[failing, 'none'], { fallback: 'an array of 2' }],
])('people see where the answers come from: %o', (sources, config) => {
  const { telemetry } = create(sources);
  expect(telemetry.descriptors).toMatchObject([{ kind: 'fallback', name: 'reviews', config }]);
});
