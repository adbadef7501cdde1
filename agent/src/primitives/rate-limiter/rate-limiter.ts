import type { Runtime } from '../../runtime.ts';
import { type Executor, wrapWith } from '../call.ts';
import { Engine } from '../engine/engine.ts';
import { siteOf } from '../site.ts';
import { createLimiting } from './limiter.ts';
import { type RateLimiterOptions, readRateLimiterOptions } from './options.ts';

export type { RateLimiterOptions } from './options.ts';

/**
 * Lets so many calls in per time, for each `key` of the call options on its own. The rest waits for its turn,
 * in the order of arrival, or is rejected with `HOLDFAST_RATE_LIMITED`, which says in `retryAfterMs` when the
 * next one may come in.
 */
export interface RateLimiter extends Executor {
  /** Keys that were forgotten for want of room while their calls still counted. */
  readonly forgottenKeyCount: number;
  /** Takes the place of one call that is made elsewhere. Never waits; false where there is none. */
  tryAcquire(key?: string): boolean;
  /** Takes all places that are free, as when the other side has said to slow down. Answers how many. */
  drain(key?: string): number;
  /** How many calls could come in at once. */
  available(key?: string): number;
}

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createRateLimiter(runtime: Runtime, name: string, options: RateLimiterOptions): RateLimiter {
  const settings = readRateLimiterOptions(options, '');
  const site = siteOf(runtime, name, settings.dependency);
  const limiter = createLimiting(site, settings);
  const engine = new Engine(site, { kind: 'rate_limiter', meter: limiter.meter }, { rateLimiter: limiter });
  return {
    name,
    get forgottenKeyCount() {
      return limiter.forgottenKeyCount;
    },
    execute: (fn, options) => engine.execute(fn, options),
    wrap: (fn) => wrapWith(engine, fn),
    tryAcquire: (key) => limiter.tryAcquire(key),
    drain: (key) => limiter.drain(key),
    available: (key) => limiter.available(key),
  };
}
