/** What a resource can be. Each has an address `service/kind/name`. */
export const resourceKinds = [
  'pipeline',
  'circuit_breaker',
  'retry',
  'timeout',
  'bulkhead',
  'rate_limiter',
  'load_shedder',
  'fallback',
  'hedge',
  'cache',
  'idempotency',
  'saga',
  'endpoints',
  'queue',
  'health_check',
  'agent',
] as const;
export type ResourceKind = (typeof resourceKinds)[number];

export const breakerStates = [
  'closed',
  'open',
  'half_open',
  'forced_open',
  'disabled',
  'metrics_only',
] as const;
export type BreakerState = (typeof breakerStates)[number];

/** Why a breaker changed its state. */
export const transitionCauses = [
  'failure_rate',
  'slow_call_rate',
  'trip',
  'probe_failed',
  'probes_succeeded',
  'open_elapsed',
  'half_open_timeout',
  'manual',
  'remote',
] as const;
export type TransitionCause = (typeof transitionCauses)[number];

export const healthStatuses = ['up', 'degraded', 'down', 'unknown'] as const;
export type HealthStatus = (typeof healthStatuses)[number];

export const healthCheckKinds = ['liveness', 'readiness', 'startup'] as const;
export type HealthCheckKind = (typeof healthCheckKinds)[number];

/** Why a flag has its value. The first three that apply, in this order, decide. */
export const flagReasons = ['OVERRIDE', 'DEGRADED', 'STATIC', 'ERROR'] as const;
export type FlagReason = (typeof flagReasons)[number];

export type FlagValue = boolean | string | number | FlagObject;
export type FlagObject = { readonly [key: string]: FlagValue | null | readonly (FlagValue | null)[] };

/**
 * Names of services, resources and flags: what fits an address, a file and a URL without escaping
 * surprises.
 */
export const namePattern: RegExp = /^[\p{L}\p{N}][\p{L}\p{N} ._:()-]{0,127}$/u;
export const nameRule = 'a letter or digit, then up to 127 letters, digits, spaces or ._:()-';
