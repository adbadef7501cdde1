import type { CountColumn, EventKind, GaugeName } from '@holdfast/shared';

/** When each event is sent. */
export const eventMeanings: Readonly<Record<EventKind, string>> = {
  'circuit_breaker.opened':
    'a breaker opened: by its rates, by `tripsOn`, by a rule, by a failed probe, by hand',
  'circuit_breaker.half_opened': 'an open breaker lets probes through',
  'circuit_breaker.closed':
    'a breaker closed: its probes succeeded, or it was closed, released or reset by hand',
  'circuit_breaker.forced_open': 'somebody holds a breaker open',
  'circuit_breaker.disabled': 'somebody bypasses a breaker',
  'circuit_breaker.metrics_only': 'a breaker only watches',
  'circuit_breaker.threshold_crossed': 'a breaker that only watches crossed a threshold, up or down',
  'circuit_breaker.summarised':
    'the oldest changes of a breaker of which more than 64 waited to be sent: how often from which to which',
  'retry.exhausted': 'a call failed after its last retry; at most once in 10 s for each error',
  'retry.budget_exhausted': 'a retry budget began to deny retries',
  'retry.budget_restored': 'a retry budget denied nothing for 10 s',
  'bulkhead.saturated': 'a bulkhead began to turn calls away',
  'bulkhead.recovered': 'a bulkhead turned nothing away for 10 s',
  'rate_limiter.saturated': 'a rate limiter began to turn calls away',
  'rate_limiter.recovered': 'a rate limiter turned nothing away for 10 s',
  'load_shedder.started': 'a load shedder began to turn calls away',
  'load_shedder.stopped': 'a load shedder turned nothing away for 10 s',
  'fallback.started': 'a fallback began to answer',
  'fallback.stopped': 'a fallback answered nothing for 10 s',
  'error.sampled': 'an error, at most once in 10 s for each resource and fingerprint',
  'health_check.changed': 'the status of a health check changed',
  'health_check.summarised': 'the same of a health check of which more than 16 waited',
  'flag.changed': 'somebody set a flag, or their setting ended',
  'flag.degraded': 'a flag fell to its degraded value by itself',
  'flag.restored': 'a flag is back at its default by itself',
  'endpoints.ejected': 'an endpoint was taken out of the rotation',
  'endpoints.restored': 'an endpoint is in the rotation again',
  'saga.failed': 'a saga failed: at which step, what was undone and what was not',
  'fault.started': 'a fault is being injected',
  'fault.stopped': 'a fault is injected no more',
  'config.changed': 'options or rules were replaced while running',
  'agent.started': 'the agent was made',
  'agent.draining': 'the service was told to end and takes no new work',
  'agent.stopped': 'the agent was closed',
  'agent.dropped': 'the agent had to leave out events or rollups',
};

/** What each counter counts. */
export const counterMeanings: Readonly<Record<CountColumn, string>> = {
  success: 'calls that ended well',
  failure: 'calls that failed',
  slow: 'of all calls, those that took longer than `slowCallMs`',
  timeout: 'calls that took too long and were given up',
  rejected: 'calls that were turned away',
  ignored: 'calls of which nothing is concluded',
  cancelled: 'calls that their caller gave up',
  late: 'answers that came after their call had ended, or after the breaker had changed its state',
  class_transient: 'errors of this class, each counted by the innermost layer that saw it',
  class_partial_outage: 'the same',
  class_critical: 'the same',
  class_throttled: 'the same',
  class_caller: 'the same',
  class_cancelled: 'the same',
  class_rejected: 'the same',
  class_unknown: 'the same; no rule and no table knows them',
  retries: 'attempts after the first',
  fallback_used: 'answers by a fallback',
  fallback_failed: 'fallbacks that failed themselves',
  retries_denied: 'further attempts that a budget did not allow',
  hedges: 'further attempts that a hedge sent',
  hedge_wins: 'those of them that answered first',
  cache_hits: 'answers out of a cache',
  cache_stale: 'answers that were older than their TTL',
  coalesced: 'calls that shared the flight of another',
  compensations: 'steps of a saga that were undone',
  compensation_failed: 'steps of a saga that could not be undone',
  faults_injected: 'calls that a fault was injected into',
};

/** What each gauge shows. */
export const gaugeMeanings: Readonly<Record<GaugeName, string>> = {
  in_flight: 'calls under way',
  queue_length: 'calls or items that wait',
  limit: 'how many may be under way, or may wait in a queue, at present',
  available: 'tokens left in a rate limiter or a retry budget',
  ejected: 'endpoints out of the rotation',
};
