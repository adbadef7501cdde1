import { errorClasses, severities } from '../vocabulary/calls.ts';
import {
  type Attribution,
  type ErrorSummary,
  type EventKind,
  eventKinds,
  type ResilienceEvent,
} from '../vocabulary/events.ts';
import { breakerStates, flagReasons, healthStatuses, transitionCauses } from '../vocabulary/resources.ts';
import { wireLimits } from './limits.ts';
import { listOf, number, objectOf, oneOf, optional, plainObject, type Reader, text, whole } from './read.ts';
import { instant, readFlagValue } from './read-values.ts';

const message: Reader<string> = text(wireLimits.messageLength + 1);
const ratio = number(0, 1);

export const readError: Reader<ErrorSummary> = objectOf({
  class: oneOf(errorClasses),
  severity: oneOf(severities),
  fingerprint: text(128),
  message,
  code: optional(text(128)),
  why: optional(message),
});

export const readAttribution: Reader<Attribution> = objectOf({ by: text(128), reason: text(512) });

const transition = {
  from: oneOf(breakerStates),
  to: oneOf(breakerStates),
  cause: oneOf(transitionCauses),
  callCount: whole(),
  failureRatio: optional(ratio),
  slowCallRatio: optional(ratio),
  error: optional(readError),
  attribution: optional(readAttribution),
  untilAt: optional(instant),
};
const flagChange = {
  flag: text(128),
  from: readFlagValue,
  to: readFlagValue,
  reason: oneOf(flagReasons),
  cause: optional(message),
  attribution: optional(readAttribution),
  untilAt: optional(instant),
};
/** At most one edge for each pair of states. */
const summaryOf = <S extends string>(state: Reader<S>): Reader<object> =>
  objectOf({
    edges: listOf(objectOf({ from: state, to: state, count: whole(1) }), 64),
    overMs: whole(),
    to: state,
  });
const level = { count: whole() };
const fault = { fault: text(256), untilAt: optional(instant), cause: optional(message) };
const steps = listOf(text(128), 64);

const bodies: Readonly<Record<EventKind, Reader<object>>> = {
  'circuit_breaker.opened': objectOf(transition),
  'circuit_breaker.half_opened': objectOf(transition),
  'circuit_breaker.closed': objectOf(transition),
  'circuit_breaker.forced_open': objectOf(transition),
  'circuit_breaker.disabled': objectOf(transition),
  'circuit_breaker.metrics_only': objectOf(transition),
  'circuit_breaker.threshold_crossed': objectOf({
    threshold: oneOf(['failure_rate', 'slow_call_rate']),
    direction: oneOf(['up', 'down']),
    ratio,
  }),
  'circuit_breaker.summarised': summaryOf(oneOf(breakerStates)),
  'retry.exhausted': objectOf({ attempts: whole(), error: readError }),
  'retry.budget_exhausted': objectOf(level),
  'retry.budget_restored': objectOf(level),
  'bulkhead.saturated': objectOf(level),
  'bulkhead.recovered': objectOf(level),
  'rate_limiter.saturated': objectOf(level),
  'rate_limiter.recovered': objectOf(level),
  'load_shedder.started': objectOf(level),
  'load_shedder.stopped': objectOf(level),
  'fallback.started': objectOf(level),
  'fallback.stopped': objectOf(level),
  'error.sampled': objectOf({ error: readError, operation: optional(text(256)) }),
  'health_check.changed': objectOf({
    from: oneOf(healthStatuses),
    to: oneOf(healthStatuses),
    message: optional(message),
  }),
  'health_check.summarised': summaryOf(oneOf(healthStatuses)),
  'flag.changed': objectOf(flagChange),
  'flag.degraded': objectOf(flagChange),
  'flag.restored': objectOf(flagChange),
  'endpoints.ejected': objectOf({ endpoint: text(256), cause: message, untilAt: instant }),
  'endpoints.restored': objectOf({ endpoint: text(256) }),
  'saga.failed': objectOf({ step: text(128), undone: steps, notUndone: steps, error: readError }),
  'fault.started': objectOf(fault),
  'fault.stopped': objectOf(fault),
  'config.changed': objectOf({ changes: listOf(message, 64) }),
  'agent.started': objectOf({}),
  'agent.draining': objectOf({}),
  'agent.stopped': objectOf({}),
  'agent.dropped': objectOf({
    records: oneOf(['event', 'rollup', 'call']),
    reason: text(64),
    count: whole(),
  }),
};

const kindOf = oneOf(eventKinds);
const envelope = objectOf({ at: instant, resource: optional(whole(0, wireLimits.resourcesPerAgent - 1)) });

/** One event. A kind that this version does not know yields `undefined`: a newer agent may send it. */
export const readEvent: Reader<ResilienceEvent | undefined> = (input, place) => {
  const named = plainObject(input, place);
  const raw = named['kind'];
  if (typeof raw === 'string' && !(raw in bodies)) return undefined;
  const kind = kindOf(raw, `${place}.kind`);
  // The body was read by the reader of its kind, so kind and body belong together.
  return { kind, ...envelope(named, place), ...bodies[kind](named, place) } as ResilienceEvent;
};
