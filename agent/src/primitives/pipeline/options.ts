import { type Check, func, name, number, objectOf, optional } from '../../options/checks.ts';
import { type BulkheadOptions, type BulkheadSettings, readBulkheadOptions } from '../bulkhead/options.ts';
import {
  type BreakerSettings,
  type CircuitBreakerOptions,
  readBreakerOptions,
} from '../circuit-breaker/options.ts';
import { type FallbackAnswer, type FallbackFunction, readFallback } from '../fallback/options.ts';
import { type RetryOptions, type RetrySettings, readRetryOptions } from '../retry/options.ts';

/** The layers, outermost first. A layer that is left out is not there. */
export interface PipelineOptions {
  /** What the pipeline protects from, for people. */
  readonly dependency?: string;
  /** A function of the error and of the `context` given to `execute`, or the answer itself. */
  readonly fallback?: FallbackFunction | FallbackAnswer;
  /** Which errors the fallback answers. Default: all but the caller's own mistakes and cancelled calls. */
  readonly fallbackOn?: (error: unknown) => boolean;
  readonly bulkhead?: BulkheadOptions;
  /** For a call with all its retries and the waits between them, from when the bulkhead let it in. */
  readonly totalTimeoutMs?: number;
  readonly retry?: RetryOptions;
  readonly circuitBreaker?: CircuitBreakerOptions;
  /** For each attempt. */
  readonly timeoutMs?: number;
}

export interface PipelineSettings {
  readonly dependency?: string;
  readonly fallback?: FallbackFunction;
  readonly fallbackOn?: (error: unknown) => boolean;
  readonly bulkhead?: BulkheadSettings;
  readonly totalTimeoutMs?: number;
  readonly retry?: RetrySettings;
  readonly circuitBreaker?: BreakerSettings;
  readonly timeoutMs?: number;
}

/** Checks the options of all layers and fills in their defaults. */
export const readPipelineOptions: Check<PipelineSettings> = objectOf({
  dependency: optional(name),
  fallback: optional(readFallback),
  fallbackOn: optional(func<(error: unknown) => boolean>()),
  bulkhead: optional(readBulkheadOptions),
  totalTimeoutMs: optional(number({ min: 1 })),
  retry: optional(readRetryOptions),
  circuitBreaker: optional(readBreakerOptions),
  timeoutMs: optional(number({ min: 1 })),
});
