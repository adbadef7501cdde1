import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cache, createCache } from '../../../../agent/src/primitives/cache/cache.ts';
import type { CacheOptions } from '../../../../agent/src/primitives/cache/options.ts';
import { begin, createCacheUnderTest } from '../../support/cache.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const boom = new Error('down');

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

  test('it never holds too much, nor answers what is too old', async () => {
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

  test('arguments that say too little are refused without `keyOf`', async () => {
    const { cache } = createCacheUnderTest();
    const nameOf = ({ name }: { name: string }): string => name;
    await expect(cache.wrap(nameOf)({ name: 'ana' })).rejects.toThrow('give `wrap` a `keyOf`');
    expect(await cache.wrap(nameOf, { keyOf: ({ name }) => name })({ name: 'ana' })).toBe('ana');
    expect(cache.get('ana')?.value).toBe('ana');
  });

  test('wrapped functions have keys of their own', async () => {
    const { cache, fetchCount, ask } = createCacheUnderTest();
    const user = (id: number): string => `user ${id}`;
    const order = (id: number): Promise<string> => ask(`order ${id}`);
    expect([await cache.wrap(user)(7), await cache.wrap(order)(7)]).toEqual(['user 7', 'order 7 1']);
    await cache.wrap(order)(7);
    expect(fetchCount()).toBe(1);
  });

  test('a wrapped method keeps its object, and has keys for each', async () => {
    const { cache } = createCacheUnderTest();
    const greet = cache.wrap(greeting);
    const [ana, bob] = [
      { name: 'ana', greet },
      { name: 'bob', greet },
    ];
    expect([await ana.greet('hello'), await bob.greet('hello')]).toEqual(['hello ana', 'hello bob']);
    const named = { name: 'eve', greet: cache.wrap(greeting, { keyOf: nameOf }) };
    expect([await named.greet('hello'), cache.get('eve')?.value]).toEqual(['hello eve', 'hello eve']);
  });

  test('a wrapped function keeps its name and length', () => {
    const { name, length } = createCacheUnderTest().cache.wrap(greeting);
    expect({ name, length }).toEqual({ name: 'greeting', length: 1 });
  });
});

function nameOf(this: { name: string }): string {
  return this.name;
}

function greeting(this: { name: string }, word: string): string {
  return `${word} ${this.name}`;
}

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
