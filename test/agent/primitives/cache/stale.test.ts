import { expect, test } from 'vitest';
import { begin, createCacheUnderTest } from '../../support/cache.ts';

const boom = new Error('down');

test('one is given at once, and a new one is fetched', async () => {
  const { ask, clock, telemetry } = createCacheUnderTest({ staleWhileRevalidateMs: 5_000 });
  await ask();
  await clock.advance(3_000);
  expect(await ask()).toBe('ana 1');
  await clock.advance(0);
  expect(await ask()).toBe('ana 2');
  expect(telemetry.counts('cache/users')).toEqual({ success: 3, cache_hits: 1, cache_stale: 1 });
});

test('many ask for a stale answer, and one fetches the new one', async () => {
  const { ask, clock, fetchCount } = createCacheUnderTest({ staleWhileRevalidateMs: 5_000 });
  await ask();
  await clock.advance(3_000);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(['ana 1', 'ana 1', 'ana 1']);
  expect(fetchCount()).toBe(2);
});

test('an error in the background is reported and reaches nobody', async () => {
  const { ask, cache, clock, telemetry } = createCacheUnderTest({ staleWhileRevalidateMs: 5_000 });
  await ask();
  await clock.advance(3_000);
  const fails = (): never => {
    throw boom;
  };
  expect(await cache.execute(fails, { key: 'ana' })).toBe('ana 1');
  await clock.advance(0);
  expect(await ask()).toBe('ana 1');
  expect(telemetry.counts('cache/users')).toEqual({ success: 3, cache_stale: 2, class_unknown: 1 });
  expect(telemetry.events).toMatchObject([{ kind: 'error.sampled', operation: 'revalidation' }]);
});

test('beyond that time callers wait, for a background fetch too', async () => {
  const { ask, cache, clock, telemetry } = createCacheUnderTest({ staleWhileRevalidateMs: 500 });
  await ask();
  await clock.advance(1_200);
  const background = begin(cache);
  expect(await background.answer).toBe('ana 1');
  await clock.advance(1_000);
  const answer = ask();
  background.resolve('from the background');
  expect(await answer).toBe('from the background');
  expect(telemetry.counts('cache/users')).toEqual({ success: 3, cache_stale: 1, coalesced: 1 });
});

test('who leaves a fetch in the background does not end it', async () => {
  const { ask, cache, clock } = createCacheUnderTest({ staleWhileRevalidateMs: 500 });
  await ask();
  await clock.advance(1_200);
  let signal: AbortSignal | undefined;
  let land: (value: string) => void = () => {};
  await cache.execute(
    (call) => {
      signal = call.signal;
      return new Promise<string>((resolve) => void (land = resolve));
    },
    { key: 'ana' },
  );
  await clock.advance(1_000);
  const controller = new AbortController();
  const waiting = begin(cache, { signal: controller.signal });
  controller.abort(boom);
  await expect(waiting.answer).rejects.toBe(boom);
  expect(signal?.aborted).toBe(false);
  land('from the background');
  await clock.advance(0);
  expect(cache.get('ana')?.value).toBe('from the background');
});

test('one stands in for an error, as long as it may', async () => {
  const { ask, cache, clock, telemetry } = createCacheUnderTest({ staleIfErrorMs: 60_000 });
  await ask();
  await clock.advance(60_999);
  expect(await cache.execute(() => Promise.reject(boom), { key: 'ana' })).toBe('ana 1');
  await clock.advance(1);
  await expect(cache.execute(() => Promise.reject(boom), { key: 'ana' })).rejects.toBe(boom);
  expect(telemetry.counts('cache/users')).toEqual({
    success: 2,
    failure: 1,
    cache_stale: 1,
    class_unknown: 2,
  });
});

test('it does not hide that something is not there any more', async () => {
  const { ask, cache, clock } = createCacheUnderTest({ staleIfErrorMs: 60_000 });
  await ask();
  await clock.advance(2_000);
  const gone = { status: 404 };
  await expect(cache.execute(() => Promise.reject(gone), { key: 'ana' })).rejects.toBe(gone);
});
