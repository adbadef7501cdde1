import {
  type AgentView,
  agentViewsOf,
  type AuditEntry,
  type ErrorView,
  errorViewsOf,
  type FigureChange,
  type Figures,
  type Fleet,
  type FleetEvent,
  type FleetView,
  type FlagView,
  flagViewsOf,
  isSameFigures,
  liveParts,
  type ResourceView,
  ResourceWatch,
  shiftSpark,
  sparkShift,
} from '@holdfast/shared';
import { isEqual } from './is-equal.ts';
import { WatchedList } from './watched-list.ts';

/** What one step found changed in the whole fleet. */
export interface Changes {
  readonly step: number;
  readonly at: number;
  /** By address; one that the tracker has no more is gone. `figures`: calls changed it, and nothing else. */
  readonly resources: ReadonlyMap<string, { readonly figures?: FigureChange }>;
  /** Keys. */
  readonly flags: readonly string[];
  readonly errors: readonly string[];
  readonly agents: readonly string[];
  readonly events: readonly FleetEvent[];
  readonly audit: readonly AuditEntry[];
}

/** `slots`: by how many the sparks have moved since the last step. */
interface Moment {
  readonly now: number;
  readonly slots: number;
}

/** That an agent was heard again is news only so often; each batch moves it. */
const lastSeenSlackMs = 5_000;

/** The view of a fleet as it was last told, and step by step what changes in it. */
export class ViewTracker {
  readonly resources: Map<string, ResourceView> = new Map<string, ResourceView>();
  readonly flags: WatchedList<FlagView> = new WatchedList(liveParts.flags.keyOf, isSame);
  readonly errors: WatchedList<ErrorView> = new WatchedList(liveParts.errors.keyOf, isSame);
  readonly agents: WatchedList<AgentView> = new WatchedList(liveParts.agents.keyOf, isSameAgent);
  /** The moment of the last step. */
  at: number;
  step: number = 0;
  private readonly fleet: () => Fleet;
  private readonly watch = new ResourceWatch();
  private readonly numbers = new Map<string, number>();
  private nextNumber = 0;
  private touched = new Set<string>();
  private urgent = new Set<string>();
  private hasEntries = false;
  private lastEvent: FleetEvent | undefined;
  private lastAudit: AuditEntry | undefined;

  constructor(fleet: () => Fleet, now: number) {
    this.fleet = fleet;
    this.at = now;
    for (const view of this.watch.all(fleet(), now)) this.resources.set(view.address, view);
    this.flags.update(flagViewsOf(fleet(), now));
    this.errors.update(errorViewsOf(fleet(), now));
    this.agents.update(agentViewsOf(fleet(), now));
    this.lastEvent = fleet().events.at(-1);
    this.lastAudit = fleet().audit.at(-1);
  }

  /** As it was last told. */
  view(): FleetView {
    const { events, audit } = this.fleet();
    return {
      at: this.at,
      resources: [...this.resources.values()],
      flags: this.flags.items,
      errors: this.errors.items,
      agents: this.agents.items,
      events: upTo(events, this.lastEvent),
      audit: upTo(audit, this.lastAudit),
    };
  }

  /** The number of a resource; it keeps it as long as it is there. */
  numberOf(address: string): number {
    const known = this.numbers.get(address);
    if (known !== undefined) return known;
    this.numbers.set(address, this.nextNumber);
    return this.nextNumber++;
  }

  /**
   * Notes that an entry was folded. `urgent` are those in which more than figures changed; where it is absent
   * anything may have, such as which instances have a resource.
   */
  touch(addresses: Iterable<string>, urgent?: ReadonlySet<string>): void {
    this.hasEntries = true;
    for (const address of addresses) this.touched.add(address);
    for (const address of urgent ?? addresses) this.urgent.add(address);
    if (urgent === undefined) this.watch.lookAnew();
  }

  /**
   * What changed since the last time, which then counts as told. A step that is not full leaves the figures
   * of a second that goes on for one that is.
   */
  advance(now: number, isFull = true): Changes {
    const isNewSecond = Math.floor(now / 1_000) !== Math.floor(this.at / 1_000);
    const changes: Changes = {
      step: ++this.step,
      at: now,
      // Rates, and what has long been silent, change with the second.
      resources: isNewSecond
        ? this.allResources(now)
        : this.someResources(isFull ? this.touched : this.urgent, { now, slots: 0 }),
      ...this.lists(now, isNewSecond),
    };
    this.at = now;
    if (isFull || isNewSecond) this.touched = new Set();
    this.urgent = new Set();
    this.hasEntries = false;
    return changes;
  }

  private allResources(now: number): Changes['resources'] {
    const slots = sparkShift(this.at, now);
    if (this.watch.isCurrent(now)) return this.someResources(this.resources.keys(), { now, slots });
    const changes = new Map<string, { readonly figures?: FigureChange }>();
    const views = this.watch.all(this.fleet(), now);
    for (const view of views) this.compare(view, changes, slots);
    if (views.length === this.resources.size) return changes;
    const present = new Set(views.map((view) => view.address));
    for (const address of this.resources.keys()) if (!present.has(address)) this.remove(address, changes);
    return changes;
  }

  private someResources(addresses: Iterable<string>, { now, slots }: Moment): Changes['resources'] {
    const changes = new Map<string, { readonly figures?: FigureChange }>();
    for (const address of addresses) {
      const figures = this.urgent.has(address) ? undefined : this.watch.figures(address, now);
      const known = this.resources.get(address);
      if (known !== undefined && figures !== undefined) {
        this.compareFigures(shiftSpark(known, slots), figures, changes);
        continue;
      }
      const view = this.watch.one(this.fleet(), address, now);
      if (view !== undefined) this.compare(view, changes, slots);
      else if (known !== undefined) this.remove(address, changes);
    }
    return changes;
  }

  private compare(now: ResourceView, changes: Map<string, { figures?: FigureChange }>, slots: number): void {
    const { address } = now;
    const known = this.resources.get(address);
    const before = known === undefined ? undefined : shiftSpark(known, slots);
    if (before !== undefined && isEqual(before, now, figures))
      return this.compareFigures(before, now, changes);
    this.resources.set(address, now);
    changes.set(address, {});
  }

  private compareFigures(
    before: ResourceView,
    figures: Figures,
    changes: Map<string, { figures?: FigureChange }>,
  ): void {
    const { address } = before;
    const isSame = isSameFigures(before, figures);
    const { rates, gauges, spark } = figures;
    const now = isSame ? before : { ...before, rates, gauges, spark };
    this.resources.set(address, now); // readers move their sparks themselves
    if (!isSame) changes.set(address, { figures: { number: this.numberOf(address), before, now } });
  }

  private remove(address: string, changes: Map<string, object>): void {
    this.resources.delete(address);
    this.numbers.delete(address);
    changes.set(address, {});
  }

  private lists(now: number, isNewSecond: boolean): Omit<Changes, 'step' | 'at' | 'resources'> {
    if (!this.hasEntries && !isNewSecond) return nothing;
    const fleet = this.fleet();
    const events = newer(fleet.events, this.lastEvent);
    const audit = newer(fleet.audit, this.lastAudit);
    this.lastEvent = fleet.events.at(-1);
    this.lastAudit = fleet.audit.at(-1);
    return {
      flags: this.flags.update(flagViewsOf(fleet, now)),
      errors: isNewSecond ? this.errors.update(errorViewsOf(fleet, now)) : [],
      agents: this.agents.update(agentViewsOf(fleet, now)),
      events,
      audit,
    };
  }
}

const figures: ReadonlySet<string> = new Set(['rates', 'gauges', 'spark']);
const nothing = { flags: [], errors: [], agents: [], events: [], audit: [] } as const;

interface Identified {
  readonly id: string | number;
}

/** The items behind the last one that is known. */
function newer<T extends Identified>(items: readonly T[], last: T | undefined): readonly T[] {
  return last === undefined ? items : items.slice(items.findLastIndex((item) => item.id === last.id) + 1);
}

function upTo<T extends Identified>(items: readonly T[], last: T | undefined): readonly T[] {
  return last === undefined ? [] : items.slice(0, items.findLastIndex((item) => item.id === last.id) + 1);
}

function isSame(before: object, now: object): boolean {
  return isEqual(before, now);
}

function isSameAgent(before: AgentView, now: AgentView): boolean {
  if (now.lastSeenAt - before.lastSeenAt >= lastSeenSlackMs) return false;
  return isEqual({ ...now, lastSeenAt: 0 }, { ...before, lastSeenAt: 0 });
}
