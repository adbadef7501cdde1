import { connectionWord } from '../state/agent-view.ts';
import type { TokenView } from '../api/tokens.ts';
import type { AuditEntry, FleetEvent } from '../state/fleet.ts';
import type { ServiceView } from '../state/select.ts';
import type { EdgeView } from '../state/topology.ts';
import type { AgentView, ErrorView, FlagView, ResourceView } from '../state/views.ts';
import type { FilterContext } from './filter-context.ts';
import { type FilterSubject, numberOf, wordsOf } from './match-filter.ts';
import type { NumberField, WordField } from './parse-filter.ts';

type Word = string | undefined;

/** What a filter sees of a resource. */
export function resourceSubject(resource: ResourceView, context: FilterContext): FilterSubject {
  const { service, name, kind, dependency, pipeline, breaker, health, rates, lastError } = resource;
  const { failureRatio, callsPerSecond, p50Ms, p95Ms, p99Ms } = rates;
  return {
    words: {
      state: [breaker?.state, health?.status],
      svc: [service],
      dep: [dependency],
      class: [lastError?.class],
      kind: [kind],
      name: [name],
      flag: () => flagWords(breaker?.flags.map((key) => context.flag(key) ?? { key }) ?? []),
      env: () => context.agentsOf(service).map((agent) => agent.environment),
      instance: () => context.agentsOf(service).map((agent) => agent.instance),
    },
    numbers: {
      err: failureRatio === undefined ? undefined : failureRatio * 100,
      rps: callsPerSecond,
      p50: p50Ms,
      p95: p95Ms,
      p99: p99Ms,
    },
    text: [pipeline, breaker?.cause, lastError?.message, lastError?.code],
  };
}

/** What one of its resources is, a service is too; of the numbers it has the highest. */
export function serviceSubject(of: ServiceView, context: FilterContext): FilterSubject {
  const { service, health, callsPerSecond } = of;
  const { word, number } = ofAll(context.resourcesOf(service), context);
  return {
    words: {
      state: () => [health, ...word('state')()],
      svc: [service],
      dep: word('dep'),
      class: word('class'),
      kind: word('kind'),
      flag: () => flagWords(context.flagsOf(service)),
      env: () => context.agentsOf(service).map((agent) => agent.environment),
      instance: () => context.agentsOf(service).map((agent) => agent.instance),
    },
    numbers: { ...number, rps: callsPerSecond },
  };
}

/** As of a service; a way from one has the resources that guard it. */
export function edgeSubject(edge: EdgeView, context: FilterContext): FilterSubject {
  const { service, dependency, policies } = edge;
  const resources = policies.flatMap(({ address }) => context.resource(address) ?? []);
  const { word, number } = ofAll(resources, context);
  return {
    words: {
      state: word('state'),
      svc: [service],
      dep: [dependency],
      class: word('class'),
      kind: word('kind'),
      name: word('name'),
      flag: word('flag'),
      env: () => context.agentsOf(service).map((agent) => agent.environment),
      instance: () => context.agentsOf(service).map((agent) => agent.instance),
    },
    numbers: number,
  };
}

/** Errors stand where they were seen: the state, dependency and flags are those of these resources. */
export function errorSubject(error: ErrorView, context: FilterContext): FilterSubject {
  const { class: errorClass, fingerprint, services, places, sample } = error;
  const parts = places.map(({ address }) => address.split('/'));
  const resources = places.flatMap(({ address }) => context.resource(address) ?? []);
  const { word } = ofAll(resources, context);
  return {
    words: {
      state: word('state'),
      svc: services,
      dep: word('dep'),
      class: [errorClass],
      kind: parts.map(([, kind]) => kind),
      name: parts.map(([, , name]) => name),
      flag: word('flag'),
      env: () => services.flatMap((service) => context.agentsOf(service).map((one) => one.environment)),
    },
    text: [sample?.message, sample?.code, fingerprint],
  };
}

export function flagSubject(flag: FlagView, context: FilterContext): FilterSubject {
  const { key, reason, services, cause, override, instances } = flag;
  return {
    words: {
      flag: [key, reason],
      state: [reason],
      name: [key],
      svc: services,
      env: () => services.flatMap((service) => context.agentsOf(service).map((one) => one.environment)),
      instance: instances.map((one) => one.instance),
      by: [override?.by],
    },
    text: [cause, override?.reason],
  };
}

export function agentSubject(agent: AgentView): FilterSubject {
  const { service, instance, environment, version, tags } = agent;
  return {
    words: {
      svc: [service],
      instance: [instance],
      env: [environment],
      state: [connectionWord(agent)],
    },
    text: [version, ...Object.values(tags)],
  };
}

/** `line` is the event in words. */
export function eventSubject(of: FleetEvent, line: string): FilterSubject {
  const { service, instance, address, event } = of;
  const [, , name] = address?.split('/') ?? [];
  const isChange = 'to' in event && !('flag' in event);
  return {
    words: {
      svc: [service],
      instance: [instance],
      kind: [event.kind],
      name: [name],
      class: ['error' in event ? event.error?.class : undefined],
      flag: ['flag' in event ? event.flag : undefined],
      state: [isChange ? event.to : undefined],
      by: ['attribution' in event ? event.attribution?.by : undefined],
    },
    text: [line],
  };
}

export function auditSubject(entry: AuditEntry): FilterSubject {
  const { action, target, by, via, reason } = entry;
  const ofBreaker = /^([^/@]+)(?:@([^/]+))?\/(.+)$/.exec(target);
  const [, service, instance, name] = action.startsWith('breaker.') && ofBreaker !== null ? ofBreaker : [];
  const [witness, witnessInstance] = action === 'audit.forked' ? target.split('@') : [];
  return {
    words: {
      svc: [service, witness, action.startsWith('agent.') ? target : undefined],
      kind: [action],
      name: [target, name],
      flag: [action.startsWith('flag.') ? target : undefined],
      instance: [instance, witnessInstance],
      by: [by],
    },
    text: [via, reason],
  };
}

/** A token is of the kind of its scope. `now` says whether it has expired. */
export function tokenSubject(token: TokenView, now: number): FilterSubject {
  const { id, name, scope, services, expiresAt, revokedAt } = token;
  const ended = revokedAt === undefined ? 'expired' : 'revoked';
  const isLive = revokedAt === undefined && expiresAt > now;
  return {
    words: { state: [isLive ? 'live' : ended], svc: [services], kind: [scope], name: [name] },
    text: [id],
  };
}

/** What is seen of several resources together. */
interface OfAll {
  readonly word: (field: WordField) => () => readonly Word[];
  readonly number: Readonly<Record<NumberField, () => number | undefined>>;
}

function ofAll(resources: readonly ResourceView[], context: FilterContext): OfAll {
  const subjects = resources.map((resource) => resourceSubject(resource, context));
  const number = (field: NumberField) => (): number | undefined => {
    const known = subjects.flatMap((subject) => numberOf(subject, field) ?? []);
    return known.length === 0 ? undefined : Math.max(...known);
  };
  return {
    word: (field) => () => subjects.flatMap((subject) => wordsOf(subject, field)),
    number: {
      err: number('err'),
      rps: number('rps'),
      p50: number('p50'),
      p95: number('p95'),
      p99: number('p99'),
    },
  };
}

/** Their keys, and `degraded` where one of them is. */
function flagWords(flags: readonly Pick<Partial<FlagView>, 'key' | 'reason'>[]): readonly Word[] {
  const isDegraded = flags.some(({ reason }) => reason === 'DEGRADED');
  return [...flags.map(({ key }) => key), ...(isDegraded ? ['degraded'] : [])];
}
