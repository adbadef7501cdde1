import type { AuditEntry, FleetEvent } from '../state/fleet.ts';
import type { AgentView, ErrorView, FlagView, FleetView, ResourceView } from '../state/views.ts';
import type { FilterSubject } from './match-filter.ts';

/** What a filter sees of a resource. `view` tells its environments and which flags are degraded. */
export function resourceSubject(
  resource: ResourceView,
  view: Pick<FleetView, 'flags' | 'agents'>,
): FilterSubject {
  const { service, name, kind, dependency, pipeline, breaker, health, rates, lastError } = resource;
  const flags = breaker?.flags ?? [];
  const isDegraded = view.flags.some(({ key, reason }) => reason === 'DEGRADED' && flags.includes(key));
  return {
    words: {
      state: [breaker?.state, health?.status],
      svc: [service],
      dep: [dependency],
      class: [lastError?.class],
      kind: [kind],
      name: [name],
      flag: [...flags, ...(isDegraded ? ['degraded'] : [])],
      // Of a large fleet these are long lists, which few filters ask for.
      get env() {
        return view.agents.flatMap((agent) => (agent.service === service ? [agent.environment] : []));
      },
      get instance() {
        return view.agents.flatMap((agent) => (agent.service === service ? [agent.instance] : []));
      },
    },
    numbers: {
      err: rates.failureRatio === undefined ? undefined : rates.failureRatio * 100,
      rps: rates.callsPerSecond,
      p50: rates.p50Ms,
      p95: rates.p95Ms,
      p99: rates.p99Ms,
    },
    text: [pipeline, breaker?.cause, lastError?.message, lastError?.code],
  };
}

export function flagSubject(flag: FlagView): FilterSubject {
  const { key, reason, services, cause, override, instances } = flag;
  return {
    words: {
      flag: [key, reason],
      state: [reason],
      name: [key],
      svc: services,
      instance: instances.map((one) => one.instance),
      by: [override?.by],
    },
    text: [cause, override?.reason],
  };
}

export function errorSubject(error: ErrorView): FilterSubject {
  const { class: errorClass, fingerprint, services, places, sample } = error;
  const parts = places.map(({ address }) => address.split('/'));
  return {
    words: {
      svc: services,
      class: [errorClass],
      kind: parts.map(([, kind]) => kind),
      name: parts.map(([, , name]) => name),
    },
    text: [sample?.message, sample?.code, fingerprint],
  };
}

export function agentSubject(agent: AgentView): FilterSubject {
  const { service, instance, environment, connected, version, tags } = agent;
  return {
    words: {
      svc: [service],
      instance: [instance],
      env: [environment],
      state: [connected ? 'connected' : 'lost'],
    },
    text: [version, ...Object.values(tags)],
  };
}

/** `line` is the event in words. */
export function eventSubject(of: FleetEvent, line: string): FilterSubject {
  const { service, instance, address, event } = of;
  const [, , name] = address?.split('/') ?? [];
  return {
    words: {
      svc: [service],
      instance: [instance],
      kind: [event.kind],
      name: [name],
      class: ['error' in event ? event.error?.class : undefined],
      flag: ['flag' in event ? event.flag : undefined],
      state: ['to' in event && typeof event.to === 'string' ? event.to : undefined],
      by: ['attribution' in event ? event.attribution?.by : undefined],
    },
    text: [line],
  };
}

export function auditSubject(entry: AuditEntry): FilterSubject {
  const { action, target, by, via, reason } = entry;
  return { words: { kind: [action], name: [target], by: [by] }, text: [via, reason] };
}
