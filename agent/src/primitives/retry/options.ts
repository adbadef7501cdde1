import {
  boolean,
  type Check,
  func,
  name,
  number,
  objectOf,
  optional,
  whole,
  withDefault,
} from '../../options/checks.ts';
import { type BackoffFunction, type BackoffSettings, type BackoffSpec, readBackoff } from './backoff.ts';
import { type RetryBudgetOptions, type RetryBudgetSettings, readBudget } from './budget.ts';

export interface RetryOptions {
  /** Calls after the first. Default 2. */
  readonly maxRetries?: number;
  /** Default exponential from 100 ms up to 10 s with full jitter. */
  readonly backoff?: BackoffSpec | BackoffFunction;
  /**
   * The longest wait that the other side may ask for, by `Retry-After` or the like; what it asks beyond that
   * is cut. Default: `backoff.capMs`, or 30 000 where `backoff` is a function.
   */
  readonly maxRetryAfterMs?: number;
  /** No retry begins later than this after the first call. Default 0: no limit. */
  readonly maxElapsedMs?: number;
  /**
   * Whether the call may be made twice without harm. Default false: then only what was not processed is
   * retried.
   */
  readonly idempotent?: boolean;
  /** Whether to retry after an error; `undefined` leaves it to the rules and the classifier. */
  readonly retryOn?: (error: unknown) => boolean | undefined;
  /** Whether to retry after a result. When no retries are left, the caller is given the result. */
  readonly retryOnResult?: (result: unknown) => boolean;
  /** What all retries may cost together; a name alone has the defaults. Default: no limit. */
  readonly budget?: string | RetryBudgetOptions;
  /**
   * Whether used-up retries answer `HOLDFAST_RETRIES_EXHAUSTED` with the last error as its cause. Default
   * false.
   */
  readonly wrapExhausted?: boolean;
  /** What is retried, for people. */
  readonly dependency?: string;
}

type OptionalName = 'maxRetryAfterMs' | 'retryOn' | 'retryOnResult' | 'dependency';

export interface RetrySettings
  extends Required<Omit<RetryOptions, 'backoff' | 'budget' | OptionalName>>,
    Pick<RetryOptions, OptionalName> {
  readonly backoff: BackoffSettings | BackoffFunction;
  readonly budget?: RetryBudgetSettings;
}

/** Checks the options and fills in the defaults. */
export const readRetryOptions: Check<RetrySettings> = objectOf({
  maxRetries: withDefault(2, whole({ max: 100 })),
  backoff: (value, place) =>
    typeof value === 'function' ? func<BackoffFunction>()(value, place) : readBackoff(value ?? {}, place),
  maxRetryAfterMs: optional(number()),
  maxElapsedMs: withDefault(0, number()),
  idempotent: withDefault(false, boolean),
  wrapExhausted: withDefault(false, boolean),
  retryOn: optional(func<(error: unknown) => boolean | undefined>()),
  retryOnResult: optional(func<(result: unknown) => boolean>()),
  budget: optional(readBudget),
  dependency: optional(name),
});
