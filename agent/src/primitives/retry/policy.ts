import { countIndex } from '@holdfast/shared';
import type { Classification } from '../../classification/classifier.ts';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import type { Failure } from '../failure.ts';
import { Spell } from '../spell.ts';
import { type Backoff, type BackoffFunction, createBackoff } from './backoff.ts';
import type { RetryBudget } from './budget.ts';
import type { RetrySettings } from './options.ts';

/** Where a call stands when an attempt has ended. */
export interface Progress {
  /** Attempts made so far. */
  readonly attemptCount: number;
  /** Monotonic time at which the first attempt began. */
  readonly firstMs: number;
  readonly previousWaitMs: number;
  /** What its last retry took from the budget. */
  takenTokens: number;
}

/** Milliseconds to wait for the next attempt, or why there is none. */
export type Next = number | 'unwanted' | 'exhausted' | 'denied';

interface Telling {
  readonly meter: Meter;
  readonly budget: RetryBudget | undefined;
}

/** Whether, and after how long, a call is tried again. */
export class RetryPolicy {
  readonly settings: RetrySettings;
  readonly #runtime: Runtime;
  readonly #meter: Meter;
  readonly #budget: RetryBudget | undefined;
  readonly #denials: Spell | undefined;
  readonly #backoff: Backoff;
  readonly #maxRetryAfterMs: number;

  /** `meter` is that of the retry or pipeline that it belongs to. */
  constructor(runtime: Runtime, settings: RetrySettings, telling: Telling) {
    this.#runtime = runtime;
    this.settings = settings;
    this.#meter = telling.meter;
    this.#budget = telling.budget;
    this.#denials = telling.budget && new Spell(runtime, telling.meter, budgetKinds);
    const { backoff, maxRetryAfterMs } = settings;
    const isAsked = typeof backoff === 'function';
    this.#backoff = isAsked ? this.#asking(backoff) : createBackoff(backoff);
    this.#maxRetryAfterMs = maxRetryAfterMs ?? (isAsked ? 30_000 : backoff.capMs);
  }

  afterError(progress: Progress, failure: Failure, nowMs: number): Next {
    return this.settings.maxRetries > 0 && this.#wants(failure)
      ? this.#next(progress, failure, nowMs)
      : 'unwanted';
  }

  afterResult(progress: Progress, result: unknown, nowMs: number): Next {
    if (this.settings.retryOnResult !== undefined && this.#wantsAnother(result)) {
      const classification = this.#runtime.classifier.classify(result);
      return this.#next(progress, { error: result, classification }, nowMs);
    }
    this.#budget?.giveBack(progress.takenTokens);
    return 'unwanted';
  }

  /** Whether a rejection by an inner layer ends the call at once: then it needs no attempt at all. */
  neverRetries(rejection: Classification): boolean {
    return this.settings.retryOn === undefined && rejection.retry === 'never';
  }

  #wants({ error, classification, plan }: Failure): boolean {
    try {
      const answer = this.settings.retryOn?.(error);
      if (answer !== undefined) return answer;
    } catch (fault) {
      this.#runtime.internalError(fault);
    }
    const retry = plan?.retry ?? classification.retry;
    return retry === 'safe' || (retry === 'if_idempotent' && this.settings.idempotent);
  }

  #wantsAnother(result: unknown): boolean {
    try {
      return this.settings.maxRetries > 0 && this.settings.retryOnResult?.(result) === true;
    } catch (fault) {
      this.#runtime.internalError(fault);
      return false;
    }
  }

  #next(progress: Progress, failure: Failure, nowMs: number): Next {
    const { maxRetries, maxElapsedMs } = this.settings;
    if (progress.attemptCount > maxRetries) return 'exhausted';
    const waitMs = this.#waitMs(progress, failure);
    if (maxElapsedMs > 0 && nowMs + waitMs - progress.firstMs > maxElapsedMs) return 'exhausted';
    return this.#budget === undefined || this.#takes(this.#budget, progress, failure) ? waitMs : 'denied';
  }

  #takes(budget: RetryBudget, progress: Progress, { classification }: Failure): boolean {
    const taken = budget.take(classification.class === 'throttled');
    if (taken === undefined) {
      this.#meter.count(countIndex.retries_denied);
      this.#denials?.note();
      return false;
    }
    progress.takenTokens = taken;
    return true;
  }

  #waitMs(progress: Progress, { error, classification }: Failure): number {
    const { attemptCount: retry, previousWaitMs: previousMs } = progress;
    const { class: errorClass, retryAfterMs = 0 } = classification;
    const ownMs = this.#backoff.waitMs({ retry, error, errorClass, previousMs }, this.#runtime.random);
    return Math.round(Math.max(ownMs, Math.min(retryAfterMs, this.#maxRetryAfterMs)));
  }

  #asking(backoff: BackoffFunction): Backoff {
    return {
      waitMs: ({ retry, error }) => {
        try {
          const waitMs = backoff(retry, error);
          if (Number.isFinite(waitMs) && waitMs >= 0) return waitMs;
          throw new RangeError(`\`backoff\` answered ${waitMs}`);
        } catch (fault) {
          this.#runtime.internalError(fault);
          return 1_000;
        }
      },
    };
  }
}

const budgetKinds = ['retry.budget_exhausted', 'retry.budget_restored'] as const;
