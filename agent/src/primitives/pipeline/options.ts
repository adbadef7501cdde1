import { type Check, listOf, name, number, objectOf, optional, text } from '../../options/checks.ts';
import { type BulkheadOptions, type BulkheadSettings, readBulkheadOptions } from '../bulkhead/options.ts';
import {
  type BreakerSettings,
  type CircuitBreakerOptions,
  readBreakerOptions,
} from '../circuit-breaker/options.ts';
import {
  type FallbackOn,
  type FallbackSettings,
  type FallbackSources,
  readFallback,
  readFallbackOn,
} from '../fallback/options.ts';
import { type HedgeOptions, type HedgeSettings, readHedgeOptions } from '../hedge/options.ts';
import {
  type LoadShedderOptions,
  type LoadShedderSettings,
  readLoadShedderOptions,
} from '../load-shedder/options.ts';
import {
  type RateLimiterOptions,
  type RateLimiterSettings,
  readRateLimiterOptions,
} from '../rate-limiter/options.ts';
import { type RetryOptions, type RetrySettings, readRetryOptions } from '../retry/options.ts';

/** The layers, outermost first. A layer that is left out is not there. */
export interface PipelineOptions {
  /** What the pipeline protects from, for people. */
  readonly dependency?: string;
  /**
   * A function of the error and of the `context` given to `execute`, the answer itself, another pipeline, the
   * last good answer, or an array of these.
   */
  readonly fallback?: FallbackSources;
  /**
   * Which errors the fallback answers. Default: all but the caller's own mistakes and critical ones.
   * Cancelled calls never are.
   */
  readonly fallbackOn?: FallbackOn;
  readonly loadShedder?: LoadShedderOptions;
  readonly rateLimiter?: RateLimiterOptions;
  readonly bulkhead?: BulkheadOptions;
  /** For a call with all its retries and the waits between them, from when the bulkhead let it in. */
  readonly totalTimeoutMs?: number;
  readonly retry?: RetryOptions;
  readonly circuitBreaker?: CircuitBreakerOptions;
  /** For each attempt, with what a hedge sends besides. */
  readonly timeoutMs?: number;
  /** Only for what may be called twice without harm. */
  readonly hedge?: HedgeOptions;
  /** By which `agent.faults` finds the pipeline, beside its name. */
  readonly tags?: readonly string[];
}

export interface PipelineSettings {
  readonly dependency?: string;
  readonly fallback?: FallbackSettings['fallback'];
  readonly fallbackOn?: FallbackOn;
  readonly loadShedder?: LoadShedderSettings;
  readonly rateLimiter?: RateLimiterSettings;
  readonly bulkhead?: BulkheadSettings;
  readonly totalTimeoutMs?: number;
  readonly retry?: RetrySettings;
  readonly circuitBreaker?: BreakerSettings;
  readonly timeoutMs?: number;
  readonly hedge?: HedgeSettings;
  readonly tags?: readonly string[];
}

/** Checks the options of all layers and fills in their defaults. */
export const readPipelineOptions: Check<PipelineSettings> = objectOf({
  dependency: optional(name),
  fallback: optional(readFallback),
  fallbackOn: optional(readFallbackOn),
  loadShedder: optional(readLoadShedderOptions),
  rateLimiter: optional(readRateLimiterOptions),
  bulkhead: optional(readBulkheadOptions),
  totalTimeoutMs: optional(number({ min: 1 })),
  retry: optional(readRetryOptions),
  circuitBreaker: optional(readBreakerOptions),
  timeoutMs: optional(number({ min: 1 })),
  hedge: optional(readHedgeOptions),
  tags: optional(listOf(text(128), 100)),
});
