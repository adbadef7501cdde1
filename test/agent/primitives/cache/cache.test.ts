import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cache, createCache } from '../../../../agent/src/primitives/cache/cache.ts';
import type { CacheOptions } from '../../../../agent/src/primitives/cache/options.ts';
import { compose } from '../../../../agent/src/primitives/pipeline/compose.ts';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import { type HangingCall, hang } from '../../support/breaker.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

const boom = new Error('down');

interface CacheUnderTest extends TestRuntime {
  readonly cache: Cache;
  /** Asks for `key`; answers `key` and how often it has been fetched. */
  readonly ask: (key?: string) => Promise<string>;
  readonly fetchCount: () => number;
}

function createCacheUnderTest(options: Partial<CacheOptions> = {}): CacheUnderTest {
  const test = createTestRuntime();
  const cache = createCache(test.runtime, 'users', { ttlMs: 1_000, ...options });
  let count = 0;
  const ask = (key = 'ana'): Promise<string> => cache.execute(() => `${key} ${(count += 1)}`, { key });
  return { ...test, cache, ask, fetchCount: () => count };
}

function begin(cache: Cache, options: { key?: string; signal?: AbortSignal } = {}): HangingCall<string> {
  return hang((fn) => cache.execute(fn, { key: 'ana', ...options }));
}

describe('fresh answers', () => {
  test('an answer is kept for its time, and no longer', async () => {
    const { ask, clock, telemetry } = createCacheUnderTest();
    expect(await ask()).toBe('ana 1');
    await clock.advance(999);
    expect(await ask()).toBe('ana 1');
    await clock.advance(1);
    expect(await ask()).toBe('ana 2');
    expect(telemetry.counts('cache/users')).toEqual({ success: 3, cache_hits: 1 });
    expect(telemetry.timedCount('cache/users')).toBe(3);
  });

  test('each key has its own', async () => {
    const { ask } = createCacheUnderTest();
    expect([await ask('ana'), await ask('bob'), await ask('ana')]).toEqual(['ana 1', 'bob 2', 'ana 1']);
  });

  test('nothing is an answer too', async () => {
    const { cache, clock } = createCacheUnderTest();
    expect(await cache.execute(() => undefined, { key: 'nobody' })).toBe(undefined);
    await clock.advance(10);
    expect(await cache.execute(() => 'somebody', { key: 'nobody' })).toBe(undefined);
  });

  test('errors are not kept', async () => {
    const { ask, cache, telemetry } = createCacheUnderTest();
    await expect(cache.execute(() => Promise.reject(boom), { key: 'ana' })).rejects.toBe(boom);
    expect(await ask()).toBe('ana 1');
    expect(telemetry.counts('cache/users')).toEqual({ success: 1, failure: 1, class_unknown: 1 });
  });

  test('what is not worth keeping can be said', async () => {
    const { cache, faults } = createCacheUnderTest({
      cacheWhen: (value) => {
        if (value === 'odd') throw boom;
        return value !== 'empty';
      },
    });
    await cache.execute(() => 'empty', { key: 'a' });
    await cache.execute(() => 'odd', { key: 'b' });
    await cache.execute(() => 'full', { key: 'c' });
    expect([cache.get('a'), cache.get('b'), cache.get('c')?.value]).toEqual([undefined, undefined, 'full']);
    expect(faults).toEqual([boom]);
  });

  test('so many are kept, those that were asked for last', async () => {
    const { ask, cache } = createCacheUnderTest({ maxEntries: 2 });
    await ask('ana');
    await ask('bob');
    await ask('ana');
    await ask('eve');
    expect(cache.size).toBe(2);
    expect(await ask('ana')).toBe('ana 1');
    expect(await ask('bob')).toBe('bob 4');
  });

  test('it never holds more than it may, nor answers what is too old', async () => {
    const operations = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(600)), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(operations, async (asked) => {
        const { cache, clock } = createCacheUnderTest({ maxEntries: 3 });
        for (const [key, waitMs] of asked) {
          await clock.advance(waitMs);
          const madeMs = await cache.execute(() => clock.now(), { key });
          expect(clock.now() - madeMs).toBeLessThan(1_000);
          expect(cache.size).toBeLessThanOrEqual(3);
        }
      }),
      { numRuns: 30, verbose: 1 },
    );
  });
});

describe('stale answers', () => {
  test('one is given at once, and a new one is fetched for the next', async () => {
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

  test('beyond that time the caller waits, for the one in the background too', async () => {
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
});

describe('one flight for equal keys', () => {
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

  test('when the last has given up, the flight is aborted and makes room', async () => {
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

  test('how many are under way is shown', async () => {
    const { cache, telemetry } = createCacheUnderTest();
    const call = begin(cache);
    expect(telemetry.gauges('cache/users')).toEqual({ in_flight: 1 });
    call.resolve('landed');
    await call.answer;
    expect(telemetry.gauges('cache/users')).toEqual({ in_flight: 0 });
  });
});

describe('what is kept', () => {
  test('it can be looked at, with its age', async () => {
    const { ask, cache, clock } = createCacheUnderTest({ staleIfErrorMs: 1_000 });
    await ask();
    await clock.advance(400);
    expect(cache.get('ana')).toEqual({ value: 'ana 1', ageMs: 400, isStale: false });
    await clock.advance(600);
    expect(cache.get('ana')).toEqual({ value: 'ana 1', ageMs: 1_000, isStale: true });
    await clock.advance(1_000);
    expect(cache.get('ana')).toBe(undefined);
    expect(cache.get('bob')).toBe(undefined);
  });

  test('it can be forgotten', async () => {
    const { ask, cache } = createCacheUnderTest();
    await ask('ana');
    await ask('bob');
    expect([cache.delete('ana'), cache.delete('ana')]).toEqual([true, false]);
    expect(await ask('ana')).toBe('ana 3');
    cache.clear();
    expect(cache.size).toBe(0);
  });

  test.each([
    ['delete', (cache: Cache) => void cache.delete('ana')],
    ['clear', (cache: Cache) => cache.clear()],
  ])('after %s a flight that had begun leaves nothing behind', async (_how, forget) => {
    const { ask, cache } = createCacheUnderTest();
    const call = begin(cache);
    forget(cache);
    expect(await ask()).toBe('ana 1');
    call.resolve('from before');
    expect(await call.answer).toBe('from before');
    expect(cache.get('ana')?.value).toBe('ana 1');
  });
});

describe('keys', () => {
  test('a call without a key is refused', async () => {
    const { cache } = createCacheUnderTest();
    await expect(cache.execute(() => 'whose?')).rejects.toThrow(
      'a call through the cache `users` needs a `key`, got nothing',
    );
  });

  test('a wrapped function has the key of its arguments', async () => {
    const { cache } = createCacheUnderTest();
    let count = 0;
    const find = cache.wrap((name: string, page?: number | null) => `${name} ${page} ${(count += 1)}`);
    expect(await find('ana', 1)).toBe('ana 1 1');
    expect(await find('ana', 2)).toBe('ana 2 2');
    expect(await find('ana')).toBe('ana undefined 3');
    expect(await find('ana', null)).toBe('ana null 4');
    expect(await find('ana', 1)).toBe('ana 1 1');
  });

  test('arguments that say too little are refused, or get a key of their own', async () => {
    const { cache } = createCacheUnderTest();
    const nameOf = ({ name }: { name: string }): string => name;
    await expect(cache.wrap(nameOf)({ name: 'ana' })).rejects.toThrow('give `wrap` a `keyOf`');
    expect(await cache.wrap(nameOf, { keyOf: ({ name }) => name })({ name: 'ana' })).toBe('ana');
    expect(cache.get('ana')?.value).toBe('ana');
  });

  test('a wrapped method keeps its object', async () => {
    const { cache } = createCacheUnderTest();
    const user = { name: 'ana', greet: cache.wrap(greeting) };
    expect(await user.greet('hello')).toBe('hello ana');
  });
});

function greeting(this: { name: string }, word: string): string {
  return `${word} ${this.name}`;
}

test('a pipeline behind it counts the error, and the cache the call', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const cache = createCache(runtime, 'users', { ttlMs: 1_000 });
  const guarded = compose(cache, createPipeline(runtime, 'users', {}));
  await expect(guarded.execute(() => Promise.reject(boom), { key: 'ana' })).rejects.toBe(boom);
  expect(telemetry.counts('cache/users')).toEqual({ failure: 1 });
  expect(telemetry.counts('pipeline/users')).toEqual({ failure: 1, class_unknown: 1 });
});

test.each([
  [{}, '`ttlMs` must be a number, got nothing'],
  [{ ttlMs: -1 }, '`ttlMs` must be between 0 and'],
  [{ ttlMs: 1, maxEntries: 0 }, '`maxEntries` must be between 1 and 1000000, got 0'],
  [{ ttlMs: 1, staleIfError: 1 }, '`staleIfError` is not an option; did you mean `staleIfErrorMs`?'],
  [{ ttlMs: 1, cacheWhen: true }, '`cacheWhen` must be a function, got true'],
])('%o is refused', (options, problem) => {
  const { runtime } = createTestRuntime();
  expect(() => createCache(runtime, 'users', options as CacheOptions)).toThrow(problem);
});
