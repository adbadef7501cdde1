import { expect, test } from 'vitest';
import { createCache } from '../../../../agent/src/primitives/cache/cache.ts';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import { compose } from '../../support/compose.ts';
import { begin, createCacheUnderTest } from '../../support/cache.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const boom = new Error('down');

test('calls that come meanwhile share it', async () => {
  const { cache, telemetry } = createCacheUnderTest({ ttlMs: 0 });
  const first = begin(cache);
  const others = [begin(cache), begin(cache)];
  const other = begin(cache, { key: 'bob' });
  first.resolve('one answer');
  other.resolve('another');
  expect(await Promise.all(others.map(({ answer }) => answer))).toEqual(['one answer', 'one answer']);
  expect(await other.answer).toBe('another');
  expect(telemetry.counts('cache/users')).toEqual({ success: 4, coalesced: 2 });
});

test('with no time to live nothing is kept', async () => {
  const { ask, cache } = createCacheUnderTest({ ttlMs: 0 });
  expect([await ask(), await ask()]).toEqual(['ana 1', 'ana 2']);
  expect(cache.size).toBe(0);
});

test('all get the same error, which is counted once', async () => {
  const { cache, telemetry } = createCacheUnderTest();
  const calls = [begin(cache), begin(cache)];
  calls[0]?.reject(boom);
  for (const { answer } of calls) await expect(answer).rejects.toBe(boom);
  expect(telemetry.counts('cache/users')).toEqual({ failure: 2, coalesced: 1, class_unknown: 1 });
});

test('who gives up leaves the others their flight', async () => {
  const { cache, telemetry } = createCacheUnderTest();
  const controller = new AbortController();
  const first = begin(cache, { signal: controller.signal });
  const second = begin(cache);
  controller.abort(boom);
  await expect(first.answer).rejects.toBe(boom);
  first.resolve('landed');
  expect(await second.answer).toBe('landed');
  expect(telemetry.counts('cache/users')).toEqual({
    success: 1,
    cancelled: 1,
    class_cancelled: 1,
    coalesced: 1,
  });
});

test('when the last has given up, the flight is aborted', async () => {
  const { ask, cache, clock, telemetry } = createCacheUnderTest();
  const controllers = [new AbortController(), new AbortController()];
  let signal: AbortSignal | undefined;
  let land: (value: string) => void = () => {};
  const fn = (call: { readonly signal: AbortSignal }): Promise<string> => {
    signal = call.signal;
    return new Promise((resolve) => void (land = resolve));
  };
  const calls = controllers.map(({ signal }) => cache.execute(fn, { key: 'ana', signal }));
  controllers[0]?.abort(boom);
  await expect(calls[0]).rejects.toBe(boom);
  expect(signal?.aborted).toBe(false);
  controllers[1]?.abort(boom);
  await expect(calls[1]).rejects.toBe(boom);
  expect(signal?.reason).toBe(boom);
  expect(await ask()).toBe('ana 1');
  land('too late');
  await clock.advance(0);
  expect(cache.get('ana')?.value).toBe('ana 1');
  expect(telemetry.counts('cache/users')).toMatchObject({ success: 1, cancelled: 2, late: 1 });
});

test('a caller who gave up before costs no flight', async () => {
  const { cache, fetchCount, telemetry } = createCacheUnderTest();
  const answer = begin(cache, { signal: AbortSignal.abort(boom) }).answer;
  await expect(answer).rejects.toBe(boom);
  expect(fetchCount()).toBe(0);
  expect(telemetry.counts('cache/users')).toEqual({ cancelled: 1, class_cancelled: 1 });
});

test('a function that aborts its own caller is left at once', async () => {
  const { cache, telemetry } = createCacheUnderTest();
  const controller = new AbortController();
  const aborts = (): Promise<void> => {
    controller.abort(boom);
    return new Promise(() => {});
  };
  await expect(cache.execute(aborts, { key: 'ana', signal: controller.signal })).rejects.toBe(boom);
  expect(telemetry.gauges('cache/users')).toEqual({ in_flight: 0 });
});

test('how many are under way is shown', async () => {
  const { cache, telemetry } = createCacheUnderTest();
  const call = begin(cache);
  expect(telemetry.gauges('cache/users')).toEqual({ in_flight: 1 });
  call.resolve('landed');
  await call.answer;
  expect(telemetry.gauges('cache/users')).toEqual({ in_flight: 0 });
});

test('a pipeline behind it counts the error, and the cache the call', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const cache = createCache(runtime, 'users', { ttlMs: 1_000 });
  const guarded = compose(runtime, cache, createPipeline(runtime, 'users', {}));
  await expect(guarded.execute(() => Promise.reject(boom), { key: 'ana' })).rejects.toBe(boom);
  expect(telemetry.counts('cache/users')).toEqual({ failure: 1 });
  expect(telemetry.counts('pipeline/users')).toEqual({ failure: 1, class_unknown: 1 });
});
