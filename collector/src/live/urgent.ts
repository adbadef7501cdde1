import type { FleetEvent, LogEntry } from '@holdfast/shared';

/** Rollups can wait for the tick; what changes a state cannot. */
export function isUrgent(entry: LogEntry): boolean {
  return entry.type !== 'batch' || entry.batch.events.length > 0 || entry.batch.levels !== undefined;
}

/** What of the touched changed in more than figures; `undefined` where anything may have. */
export function urgentOf(entry: LogEntry, events: readonly FleetEvent[]): ReadonlySet<string> | undefined {
  if (entry.type !== 'batch') return undefined;
  if (entry.batch.levels !== undefined || entry.batch.dictionary !== undefined) return undefined;
  const urgent = new Set<string>();
  for (let at = events.length - 1; events[at]?.id.startsWith(`${entry.id}.`) === true; at--) {
    const address = events[at]?.address;
    if (address !== undefined) urgent.add(address);
  }
  return urgent;
}
