import { type GaugeName, gaugeNames } from '../vocabulary/calls.ts';
import type { ResilienceEvent } from '../vocabulary/events.ts';
import type { BreakerState } from '../vocabulary/resources.ts';
import { describeTransition } from '../text/describe-transition.ts';
import type { Batch, DictionaryAddition, FlagLevel, Levels } from '../wire/messages.ts';
import { type RollupRows, rowsOf } from '../wire/rollup-rows.ts';
import {
  type BreakerCondition,
  type FleetEvent,
  type HealthCondition,
  type Instance,
  type Resource,
} from './fleet.ts';
import type { LogEntry } from './log-entry.ts';
import { RecentSeconds } from './recent-seconds.ts';

export interface FoldedBatch {
  /** Addresses, some more than once. They are looked up only where somebody looks: often nobody does. */
  readonly touched: Iterable<string>;
  readonly events: FleetEvent[];
}

/** Folds an agent's batch into its instance. */
export function foldBatch(instance: Instance, entry: LogEntry & { readonly batch: Batch }): FoldedBatch {
  const { batch } = entry;
  const rows = rowsIn(batch);
  const folded: FoldedBatch = { touched: touchedBy(batch, instance.resources, rows), events: [] };
  const correctionMs = clockCorrectionMs(instance);
  if (batch.dictionary !== undefined) addResources(instance, batch.dictionary);
  if (batch.levels !== undefined) foldLevels(instance, batch.levels, correctionMs);
  batch.events.forEach((event, index) => {
    const resource = event.resource === undefined ? undefined : instance.resources[event.resource];
    const corrected = correctedEvent(event, correctionMs);
    foldEvent(instance, resource, corrected);
    folded.events.push({
      id: `${entry.id}.${index}`,
      at: corrected.at,
      service: instance.service,
      instance: instance.instance,
      ...(resource === undefined ? {} : { address: resource.address }),
      event: corrected,
    });
  });
  if (rows !== undefined) foldRows(instance, rows, correctionMs);
  if (batch.dropped !== undefined) instance.dropped = batch.dropped;
  return folded;
}

function touchedBy(
  { levels, events }: Batch,
  resources: readonly Resource[],
  rows: RollupRows | undefined,
): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      const numbers = rows?.resource ?? [];
      const spoken = [...events.map((event) => event.resource ?? -1), ...numbers];
      const touched = levels === undefined ? spoken.map((number) => resources[number]) : resources;
      for (const resource of touched) if (resource !== undefined) yield resource.address;
    },
  };
}

/** The event on the collector's clock. */
function correctedEvent(event: ResilienceEvent, correctionMs: number): ResilienceEvent {
  if (correctionMs === 0) return event;
  const at = event.at + correctionMs;
  if (!('untilAt' in event) || event.untilAt === undefined) return { ...event, at };
  return { ...event, at, untilAt: event.untilAt + correctionMs };
}

/** Clocks less than a second apart are left alone, or a call near a second's edge would change its second. */
export function clockCorrectionMs(instance: { readonly clockOffsetMs: number }): number {
  return Math.abs(instance.clockOffsetMs) < 1_000 ? 0 : Math.round(instance.clockOffsetMs / 1_000) * 1_000;
}

/** Introduces resources. One that the instance had in an earlier run keeps its history. */
export function addResources(instance: Instance, dictionary: DictionaryAddition): void {
  dictionary.add.forEach((descriptor, index) => {
    const address = `${instance.service}/${descriptor.kind}/${descriptor.name}`;
    const resource: Resource = instance.byAddress.get(address) ?? {
      descriptor,
      address,
      breaker: undefined,
      health: undefined,
      gauges: {},
      recent: new RecentSeconds(),
      lastError: undefined,
    };
    resource.descriptor = descriptor;
    instance.byAddress.set(address, resource);
    instance.resources[dictionary.from + index] = resource;
  });
}

function foldLevels(instance: Instance, levels: Levels, correctionMs: number): void {
  for (const { resource: number, sinceAt, ...level } of levels.breakers) {
    const resource = instance.resources[number];
    if (resource === undefined) continue;
    const known = resource.breaker;
    const isUnchanged = known?.state === level.state && known.sinceAt === sinceAt + correctionMs;
    resource.breaker = {
      state: level.state,
      sinceAt: sinceAt + correctionMs,
      troubledSinceAt: troubledSince(known, level.state, sinceAt + correctionMs),
      troubleCause: troubleCause(known, level.state, level.cause),
      untilAt: level.untilAt === undefined ? undefined : level.untilAt + correctionMs,
      cause: isUnchanged ? known.cause : level.cause,
      failureRatio: level.failureRatio,
      error: level.error,
      attribution: level.attribution,
    };
  }
  for (const { resource: number, ...level } of levels.health) {
    const resource = instance.resources[number];
    if (resource === undefined) continue;
    resource.health = { ...level, sinceAt: level.sinceAt + correctionMs, message: level.message };
  }
  if (levels.complete) instance.flags = new Map();
  for (const level of levels.flags) {
    instance.flags.set(level.flag, { ...level, sinceAt: level.sinceAt + correctionMs });
  }
}

function foldEvent(instance: Instance, resource: Resource | undefined, event: ResilienceEvent): void {
  switch (event.kind) {
    case 'circuit_breaker.opened':
    case 'circuit_breaker.half_opened':
    case 'circuit_breaker.closed':
    case 'circuit_breaker.forced_open':
    case 'circuit_breaker.disabled':
    case 'circuit_breaker.metrics_only':
      if (resource === undefined) return;
      resource.breaker = {
        state: event.to,
        sinceAt: event.at,
        troubledSinceAt: troubledSince(resource.breaker, event.to, event.at),
        troubleCause: troubleCause(resource.breaker, event.to, describeTransition(event)),
        untilAt: event.untilAt,
        cause: describeTransition(event),
        failureRatio: event.failureRatio,
        error: event.error,
        attribution: event.attribution,
      };
      return;
    case 'circuit_breaker.summarised':
      if (resource !== undefined) resource.breaker = breakerAfter(resource.breaker, event);
      return;
    case 'health_check.changed':
    case 'health_check.summarised':
      if (resource?.health !== undefined) resource.health = { ...resource.health, ...healthAfter(event) };
      return;
    case 'flag.changed':
    case 'flag.degraded':
    case 'flag.restored':
      foldFlagEvent(instance, event);
      return;
    case 'error.sampled':
    case 'retry.exhausted':
    case 'saga.failed':
      if (resource !== undefined) resource.lastError = event.error;
      return;
    case 'circuit_breaker.threshold_crossed':
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
    case 'endpoints.ejected':
    case 'endpoints.restored':
    case 'fault.started':
    case 'fault.stopped':
    case 'config.changed':
    case 'agent.started':
    case 'agent.draining':
    case 'agent.stopped':
    case 'agent.dropped':
  }
}

type HealthEvent = Extract<ResilienceEvent, { readonly kind: `health_check.${string}` }>;

function healthAfter(event: HealthEvent): Pick<HealthCondition, 'status' | 'sinceAt' | 'message'> {
  return { status: event.to, sinceAt: event.at, message: 'message' in event ? event.message : undefined };
}

type BreakerSummary = Extract<ResilienceEvent, { readonly kind: 'circuit_breaker.summarised' }>;

/** Of a summary only the end is known: what is sent behind it says more. */
function breakerAfter(before: BreakerCondition | undefined, event: BreakerSummary): BreakerCondition {
  const hadEnded = event.edges.some(({ to }) => !troubled.includes(to));
  const known = hadEnded ? undefined : before;
  return {
    state: event.to,
    sinceAt: event.at,
    troubledSinceAt: troubledSince(known, event.to, event.at),
    troubleCause: troubleCause(known, event.to, undefined),
    untilAt: undefined,
    cause: undefined,
    failureRatio: undefined,
    error: undefined,
    attribution: undefined,
  };
}

/** The states in which calls may be rejected. */
const troubled: readonly BreakerState[] = ['open', 'half_open', 'forced_open'];

function troubledSince(
  known: BreakerCondition | undefined,
  state: BreakerState,
  at: number,
): number | undefined {
  return troubled.includes(state) ? (known?.troubledSinceAt ?? at) : undefined;
}

function troubleCause(
  known: BreakerCondition | undefined,
  state: BreakerState,
  cause: string | undefined,
): string | undefined {
  return troubled.includes(state) ? (known?.troubleCause ?? cause) : undefined;
}

type FlagEvent = Extract<ResilienceEvent, { readonly flag: string }>;

function foldFlagEvent(instance: Instance, event: FlagEvent): void {
  const known = instance.flags.get(event.flag);
  if (known === undefined) return; // its definition was never seen: an event alone cannot say the default
  const { cause: _cause, ...rest } = known;
  const changed: FlagLevel = { ...rest, value: event.to, reason: event.reason, sinceAt: event.at };
  instance.flags.set(event.flag, event.cause === undefined ? changed : { ...changed, cause: event.cause });
}

/** The rollups of a batch, however it was read. */
export function rowsIn({ rows, rollups }: Batch): RollupRows | undefined {
  return rows ?? (rollups === undefined ? undefined : rowsOf(rollups));
}

function foldRows({ resources }: Instance, rows: RollupRows, correctionMs: number): void {
  const { resource: numbers, second: seconds, gauges, ends } = rows;
  const correctionSeconds = Math.round(correctionMs / 1_000);
  const hasGauges = gaugeNames.some((name) => gauges[name] !== undefined);
  for (let row = 0; row < ends.length; row++) {
    const resource = resources[numbers[row] ?? -1];
    if (resource === undefined) continue;
    const second = (seconds[row] ?? 0) + correctionSeconds;
    resource.recent.add(second, rows, row);
    resource.gauges = hasGauges ? gaugesOf(gauges, row) : noGauges;
  }
}

const noGauges: Resource['gauges'] = {};

function gaugesOf(gauges: RollupRows['gauges'], row: number): Resource['gauges'] {
  const values: Partial<Record<GaugeName, number>> = {};
  for (const name of gaugeNames) {
    const value = gauges[name]?.[row];
    if (typeof value === 'number') values[name] = value;
  }
  return values;
}
