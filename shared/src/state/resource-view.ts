import { gaugeNames } from '../vocabulary/calls.ts';
import { type BreakerState, type HealthStatus, resourceKinds } from '../vocabulary/resources.ts';
import type { BreakerOverride } from '../wire/messages.ts';
import { differencesOf, type Placed } from './differences.ts';
import type { Fleet } from './fleet.ts';
import { isForgotten } from './fold.ts';
import { RunningFigures } from './running-figures.ts';
import type { BreakerView, HealthView, ResourceView } from './views.ts';

/** Every resource of the fleet, its instances taken together. */
export function resourceViewsOf(fleet: Fleet, now: number): ResourceView[] {
  return [...placedByAddress(fleet, now).values()].map((placed) => viewOfPlaced(fleet, placed, { now }));
}

/** One resource by its address `service/kind/name`; `undefined` where no instance has it. */
export function resourceViewOf(fleet: Fleet, address: string, now: number): ResourceView | undefined {
  const placed = placedAt(fleet, address, now);
  return placed.length === 0 ? undefined : viewOfPlaced(fleet, placed, { now });
}

export function placedByAddress(fleet: Fleet, now: number): Map<string, Placed[]> {
  const byAddress = new Map<string, Placed[]>();
  for (const instance of fleet.instances.values()) {
    if (isForgotten(instance, now)) continue;
    for (const resource of instance.byAddress.values()) {
      const placed = byAddress.get(resource.address);
      if (placed === undefined) byAddress.set(resource.address, [{ instance, resource }]);
      else placed.push({ instance, resource });
    }
  }
  return byAddress;
}

export function placedAt(fleet: Fleet, address: string, now: number): Placed[] {
  const placed: Placed[] = [];
  for (const instance of fleet.instances.values()) {
    const resource = isForgotten(instance, now) ? undefined : instance.byAddress.get(address);
    if (resource !== undefined) placed.push({ instance, resource });
  }
  return placed;
}

/**
 * What is left to say of a resource whose instances have all ended: only its history can still be asked
 * for.
 */
export function endedResourceView(address: string): ResourceView | undefined {
  const [service = '', kindName, name = ''] = address.split('/');
  const kind = resourceKinds.find((known) => known === kindName);
  if (kind === undefined) return undefined;
  const gone = { instanceCount: 0, staleCount: 0, gauges: {} };
  return { address, service, kind, name, ...gone, ...new RunningFigures().of([], 0) };
}

/** `figures` may be those of the moment before, to go on from. */
export function viewOfPlaced(
  fleet: Fleet,
  all: readonly Placed[],
  {
    now,
    figures = new RunningFigures(),
  }: { readonly now: number; readonly figures?: RunningFigures | undefined },
): ResourceView {
  const placed = liveOf(all);
  const newest = placed.reduce((a, b) => (b.instance.startedAt >= a.instance.startedAt ? b : a));
  const { descriptor, address } = newest.resource;
  const service = newest.instance.service;
  const recent = placed.map((one) => one.resource.recent);
  const { rates, spark } = figures.of(recent, now);
  const breaker = breakerView(fleet, placed);
  const health = healthView(placed);
  const differences = differencesOf(placed);
  const lastError =
    newest.resource.lastError ?? placed.find((one) => one.resource.lastError)?.resource.lastError;
  return {
    address,
    service,
    kind: descriptor.kind,
    name: descriptor.name,
    ...(descriptor.dependency === undefined ? {} : { dependency: descriptor.dependency }),
    ...(descriptor.pipeline === undefined ? {} : { pipeline: descriptor.pipeline }),
    ...(descriptor.config === undefined ? {} : { config: descriptor.config }),
    instanceCount: all.length,
    staleCount: all.reduce((count, { instance }) => count + (instance.connected ? 0 : 1), 0),
    ...(breaker === undefined ? {} : { breaker }),
    ...(health === undefined ? {} : { health }),
    ...(differences === undefined ? {} : { differences }),
    rates,
    gauges: summedGauges(placed),
    spark,
    ...(lastError === undefined ? {} : { lastError }),
  };
}

/** What a lost instance said last must not colour those that live. */
export function liveOf(all: readonly Placed[]): readonly Placed[] {
  const live = all.filter((one) => one.instance.connected);
  return live.length > 0 ? live : all;
}

/** Worst first: what an operator must see before the rest. */
export const breakerStateRank: readonly BreakerState[] = [
  'open',
  'forced_open',
  'half_open',
  'disabled',
  'metrics_only',
  'closed',
];
const healthRank: readonly HealthStatus[] = ['down', 'degraded', 'unknown', 'up'];

function breakerView(fleet: Fleet, placed: readonly Placed[]): BreakerView | undefined {
  const conditions = placed.flatMap(({ resource }) =>
    resource.breaker === undefined ? [] : [resource.breaker],
  );
  if (conditions.length === 0) return undefined;
  const state =
    breakerStateRank.find((one) => conditions.some((condition) => condition.state === one)) ?? 'closed';
  const worst = conditions
    .filter((condition) => condition.state === state)
    .reduce((a, b) => (b.sinceAt < a.sinceAt ? b : a));
  const states: Partial<Record<BreakerState, number>> = {};
  for (const condition of conditions) states[condition.state] = (states[condition.state] ?? 0) + 1;
  const [override, ...otherOverrides] = holdsOn(fleet, placed, state);
  return {
    state,
    sinceAt: worst.sinceAt,
    states,
    ...(worst.troubledSinceAt === undefined ? {} : { troubledSinceAt: worst.troubledSinceAt }),
    ...(worst.troubleCause === undefined ? {} : { troubleCause: worst.troubleCause }),
    ...(worst.untilAt === undefined ? {} : { untilAt: worst.untilAt }),
    ...(worst.cause === undefined ? {} : { cause: worst.cause }),
    ...(worst.error === undefined ? {} : { error: worst.error }),
    ...(worst.attribution === undefined ? {} : { attribution: worst.attribution }),
    ...(override === undefined ? {} : { override }),
    ...(otherOverrides.length === 0 ? {} : { otherOverrides }),
    flags: boundFlags(placed),
  };
}

/** The holds on it, first the one that decides: an instance's own before that of all, then the newest. */
function holdsOn(fleet: Fleet, placed: readonly Placed[], state: BreakerState): BreakerOverride[] {
  const holds = fleet.desired.breakers.filter(
    (override) =>
      override.state !== 'closed' &&
      placed.some(
        ({ instance, resource }) =>
          override.service === instance.service &&
          override.name === resource.descriptor.name &&
          (override.instance ?? instance.instance) === instance.instance,
      ),
  );
  const rank = (hold: BreakerOverride): number =>
    (hold.state === state ? 0 : 2) + (hold.instance === undefined ? 1 : 0);
  return holds.sort((a, b) => rank(a) - rank(b) || b.setAt - a.setAt);
}

function boundFlags(placed: readonly Placed[]): string[] {
  const keys = new Set<string>();
  for (const { instance, resource } of placed) {
    const binding = `${resource.descriptor.kind}/${resource.descriptor.name}`;
    for (const flag of instance.flags.values()) if (flag.bindings.includes(binding)) keys.add(flag.flag);
  }
  return [...keys].sort();
}

function healthView(placed: readonly Placed[]): HealthView | undefined {
  const conditions = placed.flatMap(({ resource }) =>
    resource.health === undefined ? [] : [resource.health],
  );
  const status = healthRank.find((one) => conditions.some((condition) => condition.status === one));
  const worst = conditions.find((condition) => condition.status === status);
  if (worst === undefined) return undefined;
  const { kind, message, ...rest } = worst;
  return { ...rest, checkKind: kind, ...(message === undefined ? {} : { message }) };
}

export function summedGauges(placed: readonly Placed[]): ResourceView['gauges'] {
  const sums: { -readonly [K in keyof ResourceView['gauges']]: ResourceView['gauges'][K] } = {};
  for (const name of gaugeNames) {
    for (const { resource } of placed) {
      const value = resource.gauges[name];
      if (value !== undefined) sums[name] = (sums[name] ?? 0) + value;
    }
  }
  return sums;
}
