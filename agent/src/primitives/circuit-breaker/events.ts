import {
  type BreakerState,
  type BreakerTransition,
  breakerStates,
  type ResilienceEventBody,
} from '@holdfast/shared';

/** How a call through a breaker ended. */
export type BreakerOutcome = 'success' | 'failure' | 'timeout' | 'ignored' | 'cancelled' | 'rejected';

export interface BreakerCall {
  readonly outcome: BreakerOutcome;
  /** Absent for a rejected call. */
  readonly durationMs?: number;
  /** Whether it took longer than `slowCallMs`. */
  readonly slow: boolean;
  /** Whether it began in an earlier state than the one in which it ended: then it decided nothing. */
  readonly late: boolean;
  readonly error?: unknown;
}

export type ThresholdCrossing = Extract<
  ResilienceEventBody,
  { readonly kind: 'circuit_breaker.threshold_crossed' }
>;

/**
 * What a breaker tells its listeners: each transition, also by the state it leads to; and each call, also by
 * its outcome.
 */
export interface BreakerEvents
  extends Record<ShortKind, BreakerTransition>,
    Record<BreakerOutcome, BreakerCall> {
  readonly transition: BreakerTransition;
  readonly reset: { readonly from: BreakerState };
  readonly threshold_crossed: ThresholdCrossing;
  readonly call: BreakerCall;
}

type ShortKind = 'opened' | 'half_opened' | 'closed' | 'forced_open' | 'disabled' | 'metrics_only';

/** The event that a state is entered with, without `circuit_breaker.`. */
export function enteredBy(state: BreakerState): ShortKind {
  if (state === 'open') return 'opened';
  return state === 'half_open' ? 'half_opened' : state;
}

/** Those that happen with each call. */
export const callEventNames: readonly (keyof BreakerEvents)[] = [
  'call',
  'success',
  'failure',
  'timeout',
  'ignored',
  'cancelled',
  'rejected',
];

export const breakerEventNames: readonly (keyof BreakerEvents)[] = [
  'transition',
  ...breakerStates.map(enteredBy),
  'reset',
  'threshold_crossed',
  ...callEventNames,
];
