import type { ResourceView } from '../state/views.ts';
import { type LayerAction, layerActions } from '../vocabulary/calls.ts';
import type { ResourceKind } from '../vocabulary/resources.ts';
import { formatRate } from './format.ts';

/**
 * What a resource is at beside passing calls, in words: what its gauges show, then what it does how often.
 * "18 of 20 in flight", "7 waiting", "12 retries/s". Empty where it is idle.
 */
export function activityWords(resource: ResourceView): string[] {
  return [...gaugeWords(resource), ...actionWords(resource)];
}

/** What `limit` is the limit of, where that is not the calls in flight. */
const limitOf: Readonly<Partial<Record<ResourceKind, 'waiting' | 'ejected' | 'entries'>>> = {
  queue: 'waiting',
  endpoints: 'ejected',
  cache: 'entries',
  idempotency: 'entries',
  saga: 'entries',
};

function gaugeWords({ kind, gauges }: ResourceView): string[] {
  const { in_flight: running, queue_length: waiting = 0, limit, available, ejected = 0 } = gauges;
  const limited = limitOf[kind] ?? 'in flight';
  const of = (what: string): string => (limit === undefined || what !== limited ? '' : ` of ${limit}`);
  const said: string[] = [];
  if (running !== undefined) said.push(`${running}${of('in flight')} in flight`);
  if (waiting > 0 || kind === 'queue') said.push(`${waiting}${of('waiting')} waiting`);
  if (ejected > 0) said.push(`${ejected}${of('ejected')} ejected`);
  if (available !== undefined) said.push(availableWords(limited, available, limit));
  return said;
}

/** Tokens come in fractions; a part of one lets nothing through. */
function availableWords(limited: string, available: number, limit = available): string {
  if (limited === 'entries') return `${limit - available} of ${limit} entries kept`;
  return `${Math.floor(available)} left`;
}

function actionWords({ rates }: ResourceView): string[] {
  return layerActions.flatMap((action) => {
    const perSecond = rates.actionsPerSecond?.[action] ?? 0;
    return perSecond === 0 ? [] : [`${formatRate(perSecond)} ${actionNames[action]}/s`];
  });
}

const actionNames: Readonly<Record<LayerAction, string>> = {
  retries: 'retries',
  fallback_used: 'fallbacks',
  fallback_failed: 'failed fallbacks',
  retries_denied: 'retries denied',
  hedges: 'hedges',
  hedge_wins: 'hedges won',
  cache_hits: 'cache hits',
  cache_stale: 'stale answers',
  coalesced: 'calls shared',
  compensations: 'steps undone',
  compensation_failed: 'steps NOT undone',
  faults_injected: 'faults injected',
};
