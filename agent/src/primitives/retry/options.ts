import { OptionReader } from '../../options/option-reader.ts';
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
    Pick<RetryOptions, 'retryOn'> {
  readonly backoff: BackoffSettings | BackoffFunction;
}

/** Checks the options and fills in the defaults. `place` stands before their names in messages. */
export function readRetryOptions(options: RetryOptions, place = ''): RetrySettings {
  const read = new OptionReader(place, options, optionNames);
  read.requireName('dependency');
  read.requireFunction('retryOn');
  const { backoff, retryOn } = options;
  return {
    maxRetries: read.whole('maxRetries', 2, { max: 100 }),
    backoff: typeof backoff === 'function' ? backoff : readBackoff(read),
    maxElapsedMs: read.number('maxElapsedMs', 0),
    idempotent: read.boolean('idempotent'),
    wrapExhausted: read.boolean('wrapExhausted'),
    ...(retryOn === undefined ? {} : { retryOn }),
  };
}

const optionNames: readonly (keyof RetryOptions)[] = [
  'maxRetries',
  'backoff',
  'maxElapsedMs',
  'idempotent',
  'retryOn',
  'wrapExhausted',
  'dependency',
];
