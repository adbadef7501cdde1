import { type Fleet, RecentSeconds } from '@holdfast/shared';
import type { EventStore } from '../store/event-store.ts';
import { recordsOfSeconds } from './seconds-codec.ts';

/** How many resources are asked for at once. */
const atOnce = 500;

interface Refilled {
  readonly address: string;
  readonly instance: string;
  readonly from: number;
  readonly recent: RecentSeconds;
}

/**
 * Gives the resources of a fleet, where they have any, the seconds of their last minute as they are saved:
 * snapshots leave them out. All that is folded into the fleet has to be saved, and no more.
 */
export async function refillRecent(store: EventStore, fleet: Fleet): Promise<void> {
  const refilled: Refilled[] = [];
  for (const { instance, byAddress } of fleet.instances.values()) {
    for (const resource of byAddress.values()) {
      const { since } = resource.recent;
      if (!Number.isFinite(since)) continue;
      const recent = (resource.recent = new RecentSeconds(since));
      refilled.push({ address: resource.address, instance, from: Math.floor(since / 60), recent });
    }
  }
  for (let start = 0; start < refilled.length; start += atOnce) {
    const some = refilled.slice(start, start + atOnce);
    const saved = await store.secondsSince(some);
    for (const { place, minute, bytes } of saved) addSeconds(some[place], minute, bytes);
  }
}

function addSeconds(to: Refilled | undefined, minute: number, bytes: Uint8Array): void {
  if (to === undefined) return;
  const { since } = to.recent;
  const rows = recordsOfSeconds(bytes);
  for (let row = 1; row < rows.ends.length; row += 2) {
    const second = minute * 60 + (bytes[(rows.ends[row - 1] ?? 0) - 1] ?? 0);
    if (second >= since) to.recent.add(second, rows, row);
  }
}
