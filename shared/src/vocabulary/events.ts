import type { ErrorClass, Severity } from './calls.ts';
import type { BreakerState, FlagReason, FlagValue, HealthStatus, TransitionCause } from './resources.ts';

/** The kinds of event that an agent sends, in the spelling that every surface uses. */
export const eventKinds = [
  'circuit_breaker.opened',
  'circuit_breaker.half_opened',
  'circuit_breaker.closed',
  'circuit_breaker.forced_open',
  'circuit_breaker.disabled',
  'circuit_breaker.metrics_only',
  'circuit_breaker.threshold_crossed',
  'circuit_breaker.summarised',
  'retry.exhausted',
  'retry.budget_exhausted',
  'retry.budget_restored',
  'bulkhead.saturated',
  'bulkhead.recovered',
  'rate_limiter.saturated',
  'rate_limiter.recovered',
  'load_shedder.started',
  'load_shedder.stopped',
  'fallback.started',
  'fallback.stopped',
  'error.sampled',
  'health_check.changed',
  'health_check.summarised',
  'flag.changed',
  'flag.degraded',
  'flag.restored',
  'endpoints.ejected',
  'endpoints.restored',
  'saga.failed',
  'fault.started',
  'fault.stopped',
  'config.changed',
  'agent.started',
  'agent.draining',
  'agent.stopped',
  'agent.dropped',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** An error as it travels: never the object, and its message redacted and cut at 1 KiB by the agent. */
export interface ErrorSummary {
  readonly class: ErrorClass;
  readonly severity: Severity;
  readonly fingerprint: string;
  readonly message: string;
  readonly code?: string;
  /** Why the classifier chose the class, in words. */
  readonly why?: string;
}

/** Who did something, and what for. Absent where the software did it by itself. */
export interface Attribution {
  readonly by: string;
  /** Empty where none was given. */
  readonly reason: string;
}

interface BreakerTransition<K extends EventKind> {
  readonly kind: K;
  readonly from: BreakerState;
  readonly to: BreakerState;
  readonly cause: TransitionCause;
  /** Calls in the window that decided. */
  readonly callCount: number;
  /** 0 to 1; absent below `minimumCalls`. */
  readonly failureRatio?: number;
  readonly slowCallRatio?: number;
  readonly error?: ErrorSummary;
  readonly attribution?: Attribution;
  /** Epoch milliseconds at which an open breaker lets probes through, or an operator's hold ends. */
  readonly untilAt?: number;
}

interface LevelChange<K extends EventKind> {
  readonly kind: K;
  /** How many calls were turned away or replaced since the level was entered; 0 on entry. */
  readonly count: number;
}

/** Changes of one resource that an agent had no room to tell one by one; the last of them was `at`. */
export interface ChangeSummary<K extends EventKind, S> {
  readonly kind: K;
  /** How often it went from which state to which, in the order of their first time. */
  readonly edges: readonly { readonly from: S; readonly to: S; readonly count: number }[];
  /** Milliseconds from the first of the changes to the last. */
  readonly overMs: number;
  /** The state after the last. */
  readonly to: S;
}

export interface FlagChange<K extends EventKind> {
  readonly kind: K;
  readonly flag: string;
  readonly from: FlagValue;
  readonly to: FlagValue;
  readonly reason: FlagReason;
  /** What caused it, in words: a breaker's name and state, or the reason that a person gave. */
  readonly cause?: string;
  readonly attribution?: Attribution;
  readonly untilAt?: number;
}

export type ResilienceEventBody =
  | BreakerTransition<'circuit_breaker.opened'>
  | BreakerTransition<'circuit_breaker.half_opened'>
  | BreakerTransition<'circuit_breaker.closed'>
  | BreakerTransition<'circuit_breaker.forced_open'>
  | BreakerTransition<'circuit_breaker.disabled'>
  | BreakerTransition<'circuit_breaker.metrics_only'>
  | {
      readonly kind: 'circuit_breaker.threshold_crossed';
      readonly threshold: 'failure_rate' | 'slow_call_rate';
      readonly direction: 'up' | 'down';
      readonly ratio: number;
    }
  | ChangeSummary<'circuit_breaker.summarised', BreakerState>
  | { readonly kind: 'retry.exhausted'; readonly attempts: number; readonly error: ErrorSummary }
  | LevelChange<'retry.budget_exhausted'>
  | LevelChange<'retry.budget_restored'>
  | LevelChange<'bulkhead.saturated'>
  | LevelChange<'bulkhead.recovered'>
  | LevelChange<'rate_limiter.saturated'>
  | LevelChange<'rate_limiter.recovered'>
  | LevelChange<'load_shedder.started'>
  | LevelChange<'load_shedder.stopped'>
  | LevelChange<'fallback.started'>
  | LevelChange<'fallback.stopped'>
  | { readonly kind: 'error.sampled'; readonly error: ErrorSummary; readonly operation?: string }
  | {
      readonly kind: 'health_check.changed';
      readonly from: HealthStatus;
      readonly to: HealthStatus;
      readonly message?: string;
    }
  | ChangeSummary<'health_check.summarised', HealthStatus>
  | FlagChange<'flag.changed' | 'flag.degraded' | 'flag.restored'>
  | {
      readonly kind: 'endpoints.ejected';
      readonly endpoint: string;
      /** Why, in words: "5 failures in a row". */
      readonly cause: string;
      readonly untilAt: number;
    }
  | { readonly kind: 'endpoints.restored'; readonly endpoint: string }
  | {
      readonly kind: 'saga.failed';
      /** The step that failed, and what became of those before it. */
      readonly step: string;
      readonly undone: readonly string[];
      readonly notUndone: readonly string[];
      readonly error: ErrorSummary;
    }
  | { readonly kind: 'fault.started'; readonly fault: string; readonly untilAt?: number }
  | { readonly kind: 'fault.stopped'; readonly fault: string; readonly cause?: string }
  | { readonly kind: 'config.changed'; readonly changes: readonly string[] }
  | { readonly kind: 'agent.started' }
  /** The service was told to end: it takes no new work, and finishes what it has. */
  | { readonly kind: 'agent.draining' }
  | { readonly kind: 'agent.stopped' }
  | {
      readonly kind: 'agent.dropped';
      readonly records: 'event' | 'rollup' | 'call';
      readonly reason: string;
      readonly count: number;
    };

/** When, in the agent's epoch milliseconds, and on which resource: its number in the agent's dictionary. */
export type ResilienceEvent = ResilienceEventBody & { readonly at: number; readonly resource?: number };
