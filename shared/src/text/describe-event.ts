import type { ConnectionEvent, FleetEvent } from '../state/fleet.ts';
import type { EndReason } from '../state/log-entry.ts';
import type { ErrorSummary, EventKind, FlagChange, ResilienceEventBody } from '../vocabulary/events.ts';
import type { HealthStatus } from '../vocabulary/resources.ts';
import { describeTransition } from './describe-transition.ts';
import { formatDuration, formatRatio, formatValue, plural } from './format.ts';
import { errorClassWord, reasonWords } from './words.ts';

export type EventTone = 'bad' | 'warn' | 'good' | 'quiet';
type AnyEvent = ResilienceEventBody | ConnectionEvent;

/** How an event feels to the person on call. */
export function eventTone(event: AnyEvent): EventTone {
  if (event.kind === 'health_check.changed' || event.kind === 'health_check.summarised')
    return healthTones[event.to];
  if (event.kind === 'agent.lost' && event.why === 'past') return 'quiet'; // which was told when it ended
  return tones[event.kind];
}

const healthTones: Readonly<Record<HealthStatus, EventTone>> = {
  up: 'good',
  degraded: 'warn',
  down: 'bad',
  unknown: 'quiet',
};

const tones: Readonly<Record<Exclude<AnyEvent['kind'], `health_check.${string}`>, EventTone>> = {
  'circuit_breaker.opened': 'bad',
  'circuit_breaker.half_opened': 'warn',
  'circuit_breaker.closed': 'good',
  'circuit_breaker.forced_open': 'warn',
  'circuit_breaker.disabled': 'warn',
  'circuit_breaker.metrics_only': 'quiet',
  'circuit_breaker.threshold_crossed': 'warn',
  'circuit_breaker.summarised': 'warn',
  'retry.exhausted': 'warn',
  'retry.budget_exhausted': 'warn',
  'retry.budget_restored': 'good',
  'bulkhead.saturated': 'warn',
  'bulkhead.recovered': 'good',
  'rate_limiter.saturated': 'warn',
  'rate_limiter.recovered': 'good',
  'load_shedder.started': 'bad',
  'load_shedder.stopped': 'good',
  'fallback.started': 'warn',
  'fallback.stopped': 'good',
  'error.sampled': 'quiet',
  'flag.changed': 'warn',
  'flag.degraded': 'warn',
  'flag.restored': 'good',
  'endpoints.ejected': 'warn',
  'endpoints.restored': 'good',
  'saga.failed': 'bad',
  'fault.started': 'warn',
  'fault.stopped': 'good',
  'config.changed': 'quiet',
  'agent.started': 'quiet',
  'agent.draining': 'quiet',
  'agent.stopped': 'quiet',
  'agent.dropped': 'bad',
  'agent.connected': 'quiet',
  'agent.lost': 'bad',
  'agent.awaited': 'quiet',
  'agent.refused': 'bad',
  'agent.gap': 'bad',
  'audit.forked': 'bad',
};

/** One line for an event log, without its time: "checkout/payments opened: 60 % of 10 calls failed". */
export function describeEvent(of: FleetEvent): string {
  return `${placeOf(of)} ${describe(of.event)}`;
}

function placeOf(of: FleetEvent): string {
  if (of.address === undefined) return `${of.service}@${of.instance}`;
  const [service = '', , name = ''] = of.address.split('/');
  return `${service}/${name}`;
}

const thresholdWords = { failure_rate: 'failure rate', slow_call_rate: 'slow call rate' } as const;

function describe(event: AnyEvent): string {
  switch (event.kind) {
    case 'circuit_breaker.opened':
    case 'circuit_breaker.half_opened':
    case 'circuit_breaker.closed':
    case 'circuit_breaker.forced_open':
    case 'circuit_breaker.disabled':
    case 'circuit_breaker.metrics_only':
    case 'circuit_breaker.threshold_crossed':
      return describeBreaker(event);
    case 'circuit_breaker.summarised':
    case 'health_check.summarised':
      return describeSummary(event);
    case 'retry.exhausted':
      return `gave up after ${plural(event.attempts, 'attempt')}: ${describeError(event.error)}`;
    case 'retry.budget_exhausted':
    case 'retry.budget_restored':
    case 'bulkhead.saturated':
    case 'bulkhead.recovered':
    case 'rate_limiter.saturated':
    case 'rate_limiter.recovered':
    case 'load_shedder.started':
    case 'load_shedder.stopped':
    case 'fallback.started':
    case 'fallback.stopped':
      return describeLevel(event);
    case 'error.sampled':
      return `${event.operation === undefined ? '' : `${event.operation}: `}${describeError(event.error)}`;
    case 'health_check.changed':
      return `is ${event.to}${event.message === undefined ? '' : `: ${event.message}`}`;
    case 'flag.changed':
      return describeFlag('set to', event);
    case 'flag.degraded':
      return describeFlag('degraded to', event);
    case 'flag.restored':
      return describeFlag('restored to', event);
    case 'endpoints.ejected':
    case 'endpoints.restored':
      return 'cause' in event ? `ejected ${event.endpoint}: ${event.cause}` : `took ${event.endpoint} back`;
    case 'saga.failed':
      return describeSaga(event);
    case 'fault.started':
      return `fault injected: ${event.fault}`;
    case 'fault.stopped':
      return `fault ended: ${event.fault}${event.cause === undefined ? '' : ` (${event.cause})`}`;
    case 'config.changed':
      return `configuration changed: ${event.changes.join(', ')}`;
    case 'agent.started':
    case 'agent.draining':
    case 'agent.stopped':
    case 'agent.dropped':
    case 'agent.connected':
    case 'agent.lost':
    case 'agent.awaited':
    case 'agent.refused':
    case 'agent.gap':
    case 'audit.forked':
      return describeAgent(event);
  }
}

type SummaryEvent = Extract<AnyEvent, { readonly edges: unknown }>;

function describeSummary({ edges, overMs, to }: SummaryEvent): string {
  const count = edges.reduce((sum, edge) => sum + edge.count, 0);
  const parts = edges.map((edge) => `${plain(edge.from)} to ${plain(edge.to)} ${edge.count}`);
  const times = `${plural(count, 'time')} within ${formatDuration(overMs)}`;
  return `changed ${times}, to ${plain(to)} at last: ${parts.join(', ')}`;
}

function plain(state: string): string {
  return state.replaceAll('_', ' ');
}

type BreakerEvent = Exclude<Extract<AnyEvent, { readonly kind: `circuit_breaker.${string}` }>, SummaryEvent>;

function describeBreaker(event: BreakerEvent): string {
  switch (event.kind) {
    case 'circuit_breaker.opened':
      return `opened: ${describeTransition(event)}`;
    case 'circuit_breaker.half_opened':
      return `half open: ${describeTransition(event)}`;
    case 'circuit_breaker.closed':
      return `closed: ${describeTransition(event)}`;
    case 'circuit_breaker.forced_open':
      return `held open by ${describeTransition(event)}`;
    case 'circuit_breaker.disabled':
      return `bypassed by ${describeTransition(event)}`;
    case 'circuit_breaker.metrics_only':
      return `only watches: ${describeTransition(event)}`;
    case 'circuit_breaker.threshold_crossed':
      return `${thresholdWords[event.threshold]} went ${event.direction} to ${formatRatio(event.ratio)}`;
  }
}

type LevelEvent = Extract<AnyEvent, { readonly count: number; readonly reason?: never }>;

/** What begins and ends, and how often it happened in between. */
function describeLevel(event: LevelEvent): string {
  switch (event.kind) {
    case 'retry.budget_exhausted':
      return 'its retry budget is used up';
    case 'retry.budget_restored':
      return `has a retry budget again, ${plural(event.count, 'attempt')} denied`;
    case 'bulkhead.saturated':
      return 'bulkhead is full';
    case 'bulkhead.recovered':
      return `bulkhead has room again, ${plural(event.count, 'call')} turned away`;
    case 'rate_limiter.saturated':
      return 'rate limit reached';
    case 'rate_limiter.recovered':
      return `below its rate limit again, ${plural(event.count, 'call')} turned away`;
    case 'load_shedder.started':
      return 'sheds load';
    case 'load_shedder.stopped':
      return `sheds no more, ${plural(event.count, 'call')} shed`;
    case 'fallback.started':
      return 'answers from its fallback';
    case 'fallback.stopped':
      return `answers by itself again, ${plural(event.count, 'fallback')} used`;
  }
}

type AgentEvent = Extract<AnyEvent, { readonly kind: `agent.${string}` | 'audit.forked' }>;

const lostWords: Readonly<Record<EndReason | 'cut', string>> = {
  cut: 'lost: the connection ended without a good-bye',
  collector_gone: 'lost: the collector itself was gone',
  not_back: 'lost: it has not come back to the collector, which was gone itself',
  past: 'has long ended: what it had left on disk is stored now',
};

/** What concerns an instance, not one of its resources. */
function describeAgent(event: AgentEvent): string {
  switch (event.kind) {
    case 'agent.started':
      return 'started';
    case 'agent.draining':
      return 'ends: takes no new work';
    case 'agent.stopped':
      return 'stopped';
    case 'agent.dropped':
      return `left out ${plural(event.count, event.records)}: ${event.reason}`;
    case 'agent.connected':
      return `connected ${event.detail ?? ''}`.trimEnd();
    case 'agent.lost':
      return lostWords[event.why ?? 'cut'];
    case 'agent.awaited':
      return 'awaited: the collector itself was gone';
    case 'agent.refused':
      return `sent a batch that was refused: ${event.detail ?? ''}`;
    case 'agent.gap':
      return `${event.detail ?? 'batches'}: the collector was restored to an earlier state`;
    case 'audit.forked':
      return event.detail ?? '';
  }
}

function describeSaga(event: Extract<AnyEvent, { readonly kind: 'saga.failed' }>): string {
  const undone = event.undone.length === 0 ? '' : `; undone: ${event.undone.join(', ')}`;
  const left = event.notUndone.length === 0 ? '' : `; NOT undone: ${event.notUndone.join(', ')}`;
  return `failed at ${event.step}: ${describeError(event.error)}${undone}${left}`;
}

function describeFlag(verb: string, event: Omit<FlagChange<EventKind>, 'kind'>): string {
  const { attribution: person, cause } = event;
  const why = person === undefined ? cause : `${person.by}: ${reasonWords(person.reason)}`;
  return `flag ${event.flag} ${verb} ${formatValue(event.to)}${why === undefined ? '' : ` (${why})`}`;
}

function describeError({ class: name, code, message }: ErrorSummary): string {
  return `${errorClassWord(name)} error${code === undefined ? '' : ` ${code}`}: ${message}`;
}
