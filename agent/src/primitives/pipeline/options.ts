import { OptionReader } from '../../options/option-reader.ts';
import { type BulkheadOptions, type BulkheadSettings, readBulkheadOptions } from '../bulkhead/options.ts';
import {
  type BreakerSettings,
  type CircuitBreakerOptions,
  readBreakerOptions,
} from '../circuit-breaker/options.ts';
import {
  type FallbackAnswer,
  type FallbackFunction,
  type FallbackSettings,
  fallbackSettings,
} from '../fallback/options.ts';
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
  readonly fallback: FallbackSettings | undefined;
  readonly bulkhead: BulkheadSettings | undefined;
  readonly totalTimeoutMs: number | undefined;
  readonly retry: RetrySettings | undefined;
  readonly circuitBreaker: BreakerSettings | undefined;
  readonly timeoutMs: number | undefined;
}

/** Checks the options of all layers and fills in their defaults. */
export function readPipelineOptions(options: PipelineOptions): PipelineSettings {
  const read = new OptionReader('', options, optionNames);
  read.requireName('dependency');
  read.requireFunction('fallbackOn');
  const { fallback, fallbackOn, bulkhead, retry, circuitBreaker } = options;
  const duration = (name: string): number | undefined =>
    read.has(name) ? read.number(name, 0, { min: 1 }) : undefined;
  return {
    fallback: fallback === undefined ? undefined : fallbackSettings(fallback, fallbackOn),
    bulkhead: bulkhead && readBulkheadOptions(bulkhead, 'bulkhead'),
    totalTimeoutMs: duration('totalTimeoutMs'),
    retry: retry && readRetryOptions(retry, 'retry'),
    circuitBreaker: circuitBreaker && readBreakerOptions(circuitBreaker, 'circuitBreaker'),
    timeoutMs: duration('timeoutMs'),
  };
}

const optionNames: readonly (keyof PipelineOptions)[] = [
  'dependency',
  'fallback',
  'fallbackOn',
  'bulkhead',
  'totalTimeoutMs',
  'retry',
  'circuitBreaker',
  'timeoutMs',
];
