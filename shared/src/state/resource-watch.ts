import type { Placed } from './differences.ts';
import { type Fleet, fleetLimits } from './fleet.ts';
import { liveOf, placedAt, placedByAddress, summedGauges, viewOfPlaced } from './resource-view.ts';
import { RunningFigures } from './running-figures.ts';
import type { ResourceView } from './views.ts';

/** What calls change of a resource. */
export type Figures = Pick<ResourceView, 'rates' | 'gauges' | 'spark'>;

/**
 * The resources of a fleet, looked at again and again: what is known of their last minute is not added up
 * anew, and what only calls have changed is not made anew.
 */
export class ResourceWatch {
  private running: ReadonlyMap<string, RunningFigures> = new Map();
  private readonly placed = new Map<string, readonly Placed[]>();
  /** Up to when the last look at all of them holds. */
  private goodUntil = 0;

  /** As `resourceViewsOf`. */
  all(fleet: Fleet, now: number): ResourceView[] {
    const before = this.running;
    const running = new Map<string, RunningFigures>();
    this.running = running;
    this.placed.clear();
    this.goodUntil = firstForgottenAt(fleet);
    const views: ResourceView[] = [];
    for (const [address, placed] of placedByAddress(fleet, now)) {
      const figures = before.get(address) ?? new RunningFigures();
      running.set(address, figures);
      this.placed.set(address, placed);
      views.push(viewOfPlaced(fleet, placed, { now, figures }));
    }
    return views;
  }

  /** As `resourceViewOf`. */
  one(fleet: Fleet, address: string, now: number): ResourceView | undefined {
    const placed = placedAt(fleet, address, now);
    if (placed.length === 0) return undefined;
    this.placed.set(address, placed);
    return viewOfPlaced(fleet, placed, { now, figures: this.running.get(address) });
  }

  /** What calls say of a resource now; `undefined` where the whole of it must be looked at anew. */
  figures(address: string, now: number): Figures | undefined {
    const placed = this.placed.get(address);
    const running = this.running.get(address);
    if (placed === undefined || running === undefined) return undefined;
    const live = liveOf(placed);
    const seconds = live.map(({ resource }) => resource.recent);
    return { ...running.of(seconds, now), gauges: summedGauges(live) };
  }

  /** To be called where anything but rows of known resources was folded: instances came, went or changed. */
  lookAnew(): void {
    this.placed.clear();
    this.goodUntil = 0;
  }

  /** Whether there are the same resources as in the last look at all of them, at the same instances. */
  isCurrent(now: number): boolean {
    return now <= this.goodUntil;
  }
}

/** When the first of the lost instances is shown no more. */
function firstForgottenAt(fleet: Fleet): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { connected, connectionSinceAt } of fleet.instances.values())
    if (!connected) first = Math.min(first, connectionSinceAt + fleetLimits.lostForMs);
  return first;
}
