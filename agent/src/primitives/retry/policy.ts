import type { Classification } from '../../classification/classifier.ts';
import type { Runtime } from '../../runtime.ts';
import type { Failure } from '../failure.ts';
import { type Backoff, createBackoff } from './backoff.ts';
import type { RetrySettings } from './options.ts';

/** Where a call stands when an attempt has failed. */
export interface Progress {
  /** Attempts made so far. */
  readonly attemptCount: number;
  /** Monotonic time at which the first attempt began. */
  readonly firstMs: number;
  readonly previousWaitMs: number;
}

/** Whether, and after how long, a call is tried again. */
export class RetryPolicy {
  readonly settings: RetrySettings;
  readonly #runtime: Runtime;
  readonly #backoff: Backoff;

  constructor(runtime: Runtime, settings: RetrySettings) {
    this.#runtime = runtime;
    this.settings = settings;
    const { backoff } = settings;
    this.#backoff =
      typeof backoff === 'function'
        ? { capMs: Number.POSITIVE_INFINITY, waitMs: ({ retry, error }) => this.#ask(backoff, retry, error) }
        : createBackoff(backoff);
  }

  /** Milliseconds to wait, or why there is no other attempt. */
  next(progress: Progress, failure: Failure, nowMs: number): number | 'unwanted' | 'exhausted' {
    const { maxRetries, maxElapsedMs } = this.settings;
    if (maxRetries === 0 || !this.#wants(failure)) return 'unwanted';
    if (progress.attemptCount > maxRetries) return 'exhausted';
    const waitMs = this.#waitMs(progress, failure);
    const isTooLate = maxElapsedMs > 0 && nowMs + waitMs - progress.firstMs > maxElapsedMs;
    return isTooLate ? 'exhausted' : waitMs;
  }

  /** Whether a rejection by an inner layer ends the call at once: then it needs no attempt at all. */
  neverRetries(rejection: Classification): boolean {
    return this.settings.retryOn === undefined && rejection.retry === 'never';
  }

  #wants({ error, classification }: Failure): boolean {
    try {
      const answer = this.settings.retryOn?.(error);
      if (answer !== undefined) return answer;
    } catch (fault) {
      this.#runtime.internalError(fault);
    }
    if (classification.retry === 'safe') return true;
    return classification.retry === 'if_idempotent' && this.settings.idempotent;
  }

  #waitMs(progress: Progress, { error, classification }: Failure): number {
    const { attemptCount: retry, previousWaitMs: previousMs } = progress;
    const ownMs = this.#backoff.waitMs({ retry, error, previousMs }, this.#runtime.random);
    return Math.round(Math.max(ownMs, Math.min(classification.retryAfterMs ?? 0, this.#backoff.capMs)));
  }

  #ask(backoff: (retry: number, error: unknown) => number, retry: number, error: unknown): number {
    try {
      const waitMs = backoff(retry, error);
      if (Number.isFinite(waitMs) && waitMs >= 0) return waitMs;
      throw new RangeError(`\`backoff\` answered ${waitMs}`);
    } catch (fault) {
      this.#runtime.internalError(fault);
      return 1_000;
    }
  }
}
