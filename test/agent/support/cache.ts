import { type Cache, createCache } from '../../../agent/src/primitives/cache/cache.ts';
import type { CacheOptions } from '../../../agent/src/primitives/cache/options.ts';
import { type HangingCall, hang } from './breaker.ts';
import { createTestRuntime, type TestRuntime } from './runtime.ts';

export interface CacheUnderTest extends TestRuntime {
  readonly cache: Cache;
  /** Asks for `key`; answers `key` and how often it has been fetched. */
  readonly ask: (key?: string) => Promise<string>;
  readonly fetchCount: () => number;
}

/** A cache that keeps answers for a second, unless told otherwise. */
export function createCacheUnderTest(options: Partial<CacheOptions> = {}): CacheUnderTest {
  const test = createTestRuntime();
  const cache = createCache(test.runtime, 'users', { ttlMs: 1_000, ...options });
  let count = 0;
  const ask = (key = 'ana'): Promise<string> => cache.execute(() => `${key} ${(count += 1)}`, { key });
  return { ...test, cache, ask, fetchCount: () => count };
}

/** Begins a call that hangs until the test ends it. */
export function begin(
  cache: Cache,
  options: { key?: string; signal?: AbortSignal } = {},
): HangingCall<string> {
  return hang((fn) => cache.execute(fn, { key: 'ana', ...options }));
}
