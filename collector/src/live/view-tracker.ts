import {
  type AgentView,
  agentViewsOf,
  applyLive,
  errorViewsOf,
  type Fleet,
  type FleetView,
  flagViewsOf,
  type LiveDelta,
  type ResourceView,
  resourceViewOf,
  resourceViewsOf,
  viewOf,
} from '@holdfast/shared';
import { isEqual } from './is-equal.ts';

/** Events that a reader keeps: no need to send it more at once. */
/** That an agent was heard again is news only so often; each batch moves it. */
const lastSeenSlackMs = 5_000;

/** What all readers have been told, and what they have not. */
export class ViewTracker {
  /** What the readers know. */
  published: FleetView;
  private readonly fleet: () => Fleet;
  private touched = new Set<string>();
  private hasEntries = false;
  private wholeSecond: number;

  constructor(fleet: () => Fleet, now: number) {
    this.fleet = fleet;
    this.wholeSecond = Math.floor(now / 1_000);
    const view = viewOf(fleet(), now);
    this.published = view;
  }

  /** Notes that an entry was folded. */
  touch(addresses: ReadonlySet<string>): void {
    this.hasEntries = true;
    for (const address of addresses) this.touched.add(address);
  }

  /** What changed since the last time, which then counts as told. */
  advance(now: number): LiveDelta {
    const second = Math.floor(now / 1_000);
    const isNewSecond = second !== this.wholeSecond; // rates, and what has long been silent, change with it
    const delta: LiveDelta = {
      type: 'delta',
      at: now,
      ...(isNewSecond ? this.allResources(now) : this.touchedResources(now)),
      ...(this.hasEntries || isNewSecond ? this.lists(now, isNewSecond) : {}),
    };
    this.wholeSecond = second;
    this.touched = new Set();
    this.hasEntries = false;
    this.published = applyLive(this.published, delta);
    return delta;
  }

  private allResources(now: number): Pick<LiveDelta, 'resources' | 'removed'> {
    const views = resourceViewsOf(this.fleet(), now);
    const present = new Set(views.map((view) => view.address));
    const removed = this.published.resources
      .map((view) => view.address)
      .filter((address) => !present.has(address));
    return { ...this.changed(views), ...(removed.length === 0 ? {} : { removed }) };
  }

  private touchedResources(now: number): Pick<LiveDelta, 'resources' | 'removed'> {
    const views: ResourceView[] = [];
    const removed: string[] = [];
    for (const address of this.touched) {
      const view = resourceViewOf(this.fleet(), address, now);
      if (view !== undefined) views.push(view);
      else if (this.published.resources.some((one) => one.address === address)) removed.push(address);
    }
    return { ...this.changed(views), ...(removed.length === 0 ? {} : { removed }) };
  }

  private changed(views: readonly ResourceView[]): Pick<LiveDelta, 'resources'> {
    if (views.length === 0) return {};
    const known = new Map(this.published.resources.map((view) => [view.address, view]));
    const resources = views.filter((view) => !isEqual(view, known.get(view.address)));
    return resources.length === 0 ? {} : { resources };
  }

  private lists(now: number, isNewSecond: boolean): Omit<LiveDelta, 'type' | 'at' | 'resources' | 'removed'> {
    const fleet = this.fleet();
    const { published } = this;
    const flags = flagViewsOf(fleet, now);
    const agents = agentViewsOf(fleet, now);
    const errors = isNewSecond ? errorViewsOf(fleet, now) : published.errors;
    const events = newer(fleet.events, published.events.at(-1));
    const audit = newer(fleet.audit, published.audit.at(-1));
    return {
      ...(isEqual(flags, published.flags) ? {} : { flags }),
      ...(isEqual(errors, published.errors) ? {} : { errors }),
      ...(isSameAgents(agents, published.agents) ? {} : { agents }),
      ...(events.length === 0 ? {} : { events }),
      ...(audit.length === 0 ? {} : { audit }),
    };
  }
}

/** The items behind the last one that is known. */
function newer<T extends { readonly id: string | number }>(
  items: readonly T[],
  last: T | undefined,
): readonly T[] {
  if (last === undefined) return items;
  let start = items.length;
  while (start > 0 && items[start - 1]?.id !== last.id) start--;
  return items.slice(start);
}

function isSameAgents(agents: readonly AgentView[], known: readonly AgentView[]): boolean {
  return (
    agents.length === known.length &&
    agents.every((agent, index) => {
      const before = known[index];
      if (before === undefined || agent.lastSeenAt - before.lastSeenAt >= lastSeenSlackMs) return false;
      return isEqual({ ...agent, lastSeenAt: 0 }, { ...before, lastSeenAt: 0 });
    })
  );
}
