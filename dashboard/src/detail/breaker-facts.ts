import {
  activityWords,
  type AgentView,
  type BreakerOverride,
  formatMs,
  formatRate,
  formatRatio,
  type ResourceView,
} from '@holdfast/shared';

export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** The figures of the last ten seconds, for the head of the detail. */
export function breakerFigures(resource: ResourceView): Fact[] {
  const { rates } = resource;
  const ms = (value: number | undefined): string => (value === undefined ? '–' : formatMs(value));
  return [
    {
      label: 'failed',
      value: rates.failureRatio === undefined ? '–' : formatRatio(rates.failureRatio),
    },
    { label: 'calls/s', value: formatRate(rates.callsPerSecond) },
    { label: 'rejected/s', value: formatRate(rates.rejectedPerSecond) },
    { label: 'slow/s', value: formatRate(rates.slowPerSecond) },
    { label: 'p50', value: ms(rates.p50Ms) },
    { label: 'p95', value: ms(rates.p95Ms) },
    { label: 'p99', value: ms(rates.p99Ms) },
  ];
}

/** What people hold of it, first the one that decides. */
export function holdsOf({ breaker }: ResourceView): readonly BreakerOverride[] {
  return [breaker?.override ?? [], breaker?.otherOverrides ?? []].flat();
}

/** The options in force, as the service's code names them. */
export function configFacts(resource: ResourceView): Fact[] {
  return Object.entries(resource.config ?? {}).map(([label, value]) => ({ label, value: String(value) }));
}

/** The pipeline of the breaker and its other layers, with what each is at. */
export function layerFacts(resource: ResourceView, all: readonly ResourceView[]): Fact[] {
  const { service, pipeline } = resource;
  if (pipeline === undefined) return [];
  const ofService = all.filter((one) => one.service === service);
  const whole = ofService.filter((one) => one.kind === 'pipeline' && one.name === pipeline);
  const layers = ofService.filter(
    (one) => one.pipeline === pipeline && one.kind !== 'circuit_breaker' && one.kind !== 'pipeline',
  );
  return [...whole, ...layers].flatMap((layer) => {
    const value = activityWords(layer).join(', ');
    if (layer.kind === 'pipeline') return value === '' ? [] : [{ label: 'as a whole', value }];
    return { label: layer.kind.replaceAll('_', ' '), value: value || 'idle' };
  });
}

/** In how many instances the breaker is in which state, then the instances themselves. */
export function instanceFacts(resource: ResourceView, agents: readonly AgentView[]): Fact[] {
  const states = Object.entries(resource.breaker?.states ?? {}).map(([state, count]) => ({
    label: state.replaceAll('_', ' '),
    value: `${count} of ${resource.instanceCount}`,
  }));
  const lost = agents
    .filter((agent) => !agent.connected)
    .map((agent) => ({ label: agent.instance, value: 'not connected' }));
  return [...states, ...lost];
}
