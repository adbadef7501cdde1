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

export interface RetryOptions {
  /** Calls after the first. Default 2. */
  readonly maxRetries?: number;
  /** Default exponential from 100 ms up to 10 s with full jitter. */
  readonly backoff?: BackoffSpec | BackoffFunction;
  /** No retry begins later than this after the first call. Default 0: no limit. */
  readonly maxElapsedMs?: number;
  /**
   * Whether the call may be made twice without harm. Default false: then only what was not processed is
   * retried.
   */
  readonly idempotent?: boolean;
  /** Whether to retry after an error; `undefined` leaves it to the classifier. */
  readonly retryOn?: (error: unknown) => boolean | undefined;
  /**
   * Whether used-up retries answer `HOLDFAST_RETRIES_EXHAUSTED` with the last error as its cause. Default
   * false.
   */
  readonly wrapExhausted?: boolean;
  /** What is retried, for people. */
  readonly dependency?: string;
}

export interface RetrySettings
  extends Required<Omit<RetryOptions, 'backoff' | 'retryOn' | 'dependency'>>,
    Pick<RetryOptions, 'retryOn' | 'dependency'> {
  readonly backoff: BackoffSettings | BackoffFunction;
}

/** Checks the options and fills in the defaults. */
export const readRetryOptions: Check<RetrySettings> = objectOf({
  maxRetries: withDefault(2, whole({ max: 100 })),
  backoff: (value, place) =>
    typeof value === 'function' ? func<BackoffFunction>()(value, place) : readBackoff(value ?? {}, place),
  maxElapsedMs: withDefault(0, number()),
  idempotent: withDefault(false, boolean),
  wrapExhausted: withDefault(false, boolean),
  retryOn: optional(func<(error: unknown) => boolean | undefined>()),
  dependency: optional(name),
});
