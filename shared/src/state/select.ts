import type { FlagValue } from '../vocabulary/resources.ts';
import type { FlagLevel } from '../wire/messages.ts';
import { agentViewsOf } from './agent-view.ts';
import { errorViewsOf } from './error-view.ts';
import type { Fleet, Instance } from './fleet.ts';
import { isForgotten } from './fold.ts';
import { breakerStateRank, resourceViewsOf } from './resource-view.ts';
import type { FlagInstanceView, FlagView, FleetView, ResourceView } from './views.ts';

/** What every surface shows of a moment. `now` is the collector's clock. */
export function viewOf(fleet: Fleet, now: number): FleetView {
  return {
    at: now,
    resources: resourceViewsOf(fleet, now),
    flags: flagViewsOf(fleet, now),
    errors: errorViewsOf(fleet, now),
    agents: agentViewsOf(fleet, now),
    events: [...fleet.events],
    audit: [...fleet.audit],
  };
}

function instancesOf(fleet: Fleet, now: number): Instance[] {
  return [...fleet.instances.values()].filter((instance) => !isForgotten(instance, now));
}

export function flagViewsOf(fleet: Fleet, now: number): FlagView[] {
  const byKey = new Map<string, { instance: Instance; level: FlagLevel }[]>();
  for (const instance of instancesOf(fleet, now)) {
    for (const level of instance.flags.values()) {
      const held = byKey.get(level.flag);
      if (held === undefined) byKey.set(level.flag, [{ instance, level }]);
      else held.push({ instance, level });
    }
  }
  return [...byKey].map(([key, held]) => flagView(fleet, key, held)).sort(compareFlags);
}

/** The order of flags. */
export function compareFlags(a: FlagView, b: FlagView): number {
  return compare(a.key, b.key);
}

function flagView(
  fleet: Fleet,
  key: string,
  all: readonly { instance: Instance; level: FlagLevel }[],
): FlagView {
  const live = all.filter((one) => one.instance.connected);
  const levels = (live.length > 0 ? live : all).map((one) => one.level);
  const rank = (level: FlagLevel): number =>
    ['DEGRADED', 'ERROR', 'OVERRIDE', 'STATIC'].indexOf(level.reason);
  const shown = levels.reduce((a, b) => (rank(b) < rank(a) ? b : a));
  const override = fleet.desired.flags.find((flag) => flag.key === key);
  return {
    key,
    type: typeOf(shown.defaultValue),
    value: shown.value,
    mixed: new Set(levels.map((level) => JSON.stringify(level.value))).size > 1,
    defaultValue: shown.defaultValue,
    ...(shown.degradedValue === undefined ? {} : { degradedValue: shown.degradedValue }),
    reason: shown.reason,
    sinceAt: shown.sinceAt,
    ...(shown.cause === undefined ? {} : { cause: shown.cause }),
    bindings: [
      ...new Set(all.flatMap(({ instance, level }) => level.bindings.map((b) => `${instance.service}/${b}`))),
    ],
    services: [...new Set(all.map((one) => one.instance.service))].sort(),
    ...(override === undefined ? {} : { override }),
    instances: all.map(flagInstance),
  };
}

function flagInstance({ instance, level }: { instance: Instance; level: FlagLevel }): FlagInstanceView {
  return {
    service: instance.service,
    instance: instance.instance,
    value: level.value,
    reason: level.reason,
    sinceAt: level.sinceAt,
    ...(level.cause === undefined ? {} : { cause: level.cause }),
    stale: !instance.connected,
  };
}

export function typeOf(value: FlagValue): FlagView['type'] {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return 'number';
  return typeof value === 'string' ? 'string' : 'object';
}

/** Breakers only. */
export function breakersOf(resources: readonly ResourceView[]): ResourceView[] {
  return resources.filter((resource) => resource.kind === 'circuit_breaker');
}

/** Worst first: by state, then by failure ratio in steps of 10 %, then by name, so that rows do not dance. */
export function worstFirst(resources: readonly ResourceView[]): ResourceView[] {
  return [...resources].sort(
    (a, b) =>
      stateRank(a) - stateRank(b) ||
      failureStep(b) - failureStep(a) ||
      compare(a.service, b.service) ||
      compare(a.name, b.name),
  );
}

/** Whether an operator wants to see it when only problems are shown. */
export function isProblem(resource: ResourceView): boolean {
  const state = resource.breaker?.state ?? 'closed';
  return (
    (state !== 'closed' && state !== 'metrics_only') ||
    resource.staleCount > 0 ||
    (resource.rates.failureRatio ?? 0) >= 0.1
  );
}

/** What nobody can tell the state of stands behind what may reject calls, before what passes them. */
const unknownRank = 2.5;

function stateRank(resource: ResourceView): number {
  const isUnknown = resource.staleCount === resource.instanceCount;
  return isUnknown ? unknownRank : breakerStateRank.indexOf(resource.breaker?.state ?? 'closed');
}

function failureStep(resource: ResourceView): number {
  return Math.floor((resource.rates.failureRatio ?? 0) * 10);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A service with how its parts stand. */
export interface ServiceView {
  readonly service: string;
  readonly instanceCount: number;
  readonly connectedCount: number;
  readonly breakerCount: number;
  /** Breakers that are open or held open. */
  readonly openCount: number;
  readonly degradedFlagCount: number;
  /** Calls that it makes through its breakers; those that it answers are nobody's to count here. */
  readonly callsPerSecond: number;
  readonly health: 'up' | 'degraded' | 'down' | 'unknown';
}

export function servicesOf(view: FleetView): ServiceView[] {
  const names = [...new Set(view.agents.map((agent) => agent.service))];
  return names.map((service) => serviceView(view, service));
}

function serviceView(view: FleetView, service: string): ServiceView {
  const agents = view.agents.filter((agent) => agent.service === service);
  const resources = view.resources.filter((resource) => resource.service === service);
  const breakers = breakersOf(resources);
  const checks = resources.flatMap((resource) => resource.health ?? []);
  const worst = (['down', 'degraded', 'up'] as const).find((status) =>
    checks.some((check) => check.status === status),
  );
  return {
    service,
    instanceCount: agents.length,
    connectedCount: agents.filter((agent) => agent.connected).length,
    breakerCount: breakers.length,
    openCount: breakers.filter(({ breaker }) => breaker?.state === 'open' || breaker?.state === 'forced_open')
      .length,
    degradedFlagCount: view.flags.filter(
      (flag) => flag.reason === 'DEGRADED' && flag.services.includes(service),
    ).length,
    callsPerSecond: breakers.reduce((sum, breaker) => sum + breaker.rates.callsPerSecond, 0),
    health: worst ?? 'unknown',
  };
}
