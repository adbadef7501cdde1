import {
  type Check,
  func,
  name,
  number,
  objectOf,
  optional,
  whole,
  withDefault,
} from '../../options/checks.ts';

export interface CacheOptions {
  /** How long an answer is fresh. 0: nothing is fresh, and only calls under way are shared. */
  readonly ttlMs: number;
  /**
   * How long after that an answer is still given at once, while a new one is fetched in the background.
   * Default 0.
   */
  readonly staleWhileRevalidateMs?: number;
  /** How long after `ttlMs` an answer is given where a new one cannot be had. Default 0. */
  readonly staleIfErrorMs?: number;
  /** How many answers are kept, those that were asked for last. Default 1000. */
  readonly maxEntries?: number;
  /** Whether an answer is worth keeping. Default: all are. Errors never are. */
  readonly cacheWhen?: (value: unknown) => boolean;
  /** What is asked, for people. */
  readonly dependency?: string;
}

export type CacheSettings = Required<Omit<CacheOptions, 'cacheWhen' | 'dependency'>> &
  Pick<CacheOptions, 'cacheWhen'>;

/** Checks the options and fills in the defaults. */
export const readCacheOptions: Check<CacheSettings & Pick<CacheOptions, 'dependency'>> = objectOf({
  ttlMs: number(),
  staleWhileRevalidateMs: withDefault(0, number()),
  staleIfErrorMs: withDefault(0, number()),
  maxEntries: withDefault(1_000, whole({ min: 1, max: 1_000_000 })),
  cacheWhen: optional(func<(value: unknown) => boolean>()),
  dependency: optional(name),
});
