import {
  type Check,
  mustBe,
  name,
  number,
  objectOf,
  oneOf,
  optional,
  whole,
  withDefault,
} from '../../options/checks.ts';

export interface RateLimiterOptions {
  /**
   * `token_bucket` lets so many calls in at a steady rate, and `burst` at once after a pause.
   * `sliding_window` never lets in more than `limit` within any `perMs`, and remembers each call for it.
   * Default `token_bucket`.
   */
  readonly kind?: 'token_bucket' | 'sliding_window';
  /** Calls per `perMs`. For `sliding_window` at most 100 000. */
  readonly limit: number;
  /** Default 1 000. */
  readonly perMs?: number;
  /** How many tokens a bucket holds. Default: `limit`. Only for `token_bucket`. */
  readonly burst?: number;
  /** How long a call may wait for its turn. Default 0: what cannot come in at once is rejected. */
  readonly maxWaitMs?: number;
  /**
   * How many keys are remembered. Beyond that the one is forgotten that was not used for longest. Default
   * 10 000, at most 100 000.
   */
  readonly maxKeys?: number;
  /** What the limiter protects, for people. */
  readonly dependency?: string;
}

export type RateLimiterSettings = Required<Omit<RateLimiterOptions, 'dependency'>>;

/** Checks the options and fills in the defaults. */
export const readRateLimiterOptions: Check<RateLimiterSettings & Pick<RateLimiterOptions, 'dependency'>> = (
  value,
  place,
) => {
  const { burst, ...settings } = readRaw(value, place);
  const at = (option: string): string => (place === '' ? option : `${place}.${option}`);
  if (settings.kind === 'token_bucket') return { ...settings, burst: burst ?? settings.limit };
  if (burst !== undefined)
    throw new TypeError(mustBe(at('burst'), 'left out: a sliding window lets `limit` in at once', burst));
  if (settings.limit > maxRemembered)
    throw new RangeError(
      mustBe(at('limit'), `at most ${maxRemembered} for a sliding window`, settings.limit),
    );
  return { ...settings, burst: settings.limit };
};

const readRaw = objectOf({
  kind: withDefault('token_bucket', oneOf(['token_bucket', 'sliding_window'])),
  limit: whole({ min: 1, max: 1_000_000_000 }),
  perMs: withDefault(1_000, number({ min: 1 })),
  burst: optional(whole({ min: 1, max: 1_000_000_000 })),
  maxWaitMs: withDefault(0, number()),
  maxKeys: withDefault(10_000, whole({ min: 1, max: 100_000 })),
  dependency: optional(name),
});

/** A sliding window holds the time of each call, for each key. */
const maxRemembered = 100_000;
