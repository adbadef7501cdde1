/**
 * How calls end. `success`, `failure`, `timeout`, `rejected`, `ignored` and `cancelled` exclude each other:
 * every call is counted in exactly one of them. `slow` and `late` are counted besides: "of these, so many
 * were slow".
 */
export const callOutcomes = [
  'success',
  'failure',
  'slow',
  'timeout',
  'rejected',
  'ignored',
  'cancelled',
  'late',
] as const;
export type CallOutcome = (typeof callOutcomes)[number];

/** The outcomes that exclude each other; their sum is the number of calls. */
export const exclusiveOutcomes: readonly CallOutcome[] = [
  'success',
  'failure',
  'timeout',
  'rejected',
  'ignored',
  'cancelled',
];

/** What a layer did about calls; counted beside the outcomes. New ones go to the end: the order is stored. */
export const layerActions = [
  'retries',
  'fallback_used',
  'fallback_failed',
  /** Further attempts that the budget of a retry or a hedge did not allow. */
  'retries_denied',
  /** Further attempts that a hedge sent, and those of them that answered first. */
  'hedges',
  'hedge_wins',
  'cache_hits',
  /** Answers that were older than their TTL. */
  'cache_stale',
  /** Calls that shared the flight of another. */
  'coalesced',
  /** Steps of a saga that were undone, and those that could not be. */
  'compensations',
  'compensation_failed',
  /** Calls that a fault was injected into. */
  'faults_injected',
] as const;
export type LayerAction = (typeof layerActions)[number];

/**
 * Present levels of a resource, sent with each rollup. `available`: tokens left in a rate limiter or a retry
 * budget. `ejected`: endpoints out of the rotation.
 */
export const gaugeNames = ['in_flight', 'queue_length', 'limit', 'available', 'ejected'] as const;
export type GaugeName = (typeof gaugeNames)[number];

export const errorClasses = [
  'transient',
  'partial_outage',
  'critical',
  'throttled',
  'caller',
  'cancelled',
  'rejected',
  'unknown',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

export const severities = ['low', 'medium', 'high'] as const;
export type Severity = (typeof severities)[number];
