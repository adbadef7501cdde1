import { formatClock, formatDuration, type StatusView } from '@holdfast/shared';
import type { Freshness } from '../live/freshness.ts';

/** An age that people watch: tenths of a second while it is young. */
export function formatAge(ageMs: number): string {
  return ageMs < 10_000 ? `${(ageMs / 1_000).toFixed(1)} s` : formatDuration(ageMs);
}

/** How fresh the data is: "live 0.4 s", "STALE 38 s, reconnecting in 3 s". */
export function freshnessText(freshness: Freshness): string {
  switch (freshness.state) {
    case 'connecting':
      return freshness.attempt > 1 ? `no answer, try ${freshness.attempt}` : 'connecting';
    case 'live':
      return `live ${formatAge(freshness.ageMs)}`;
    case 'stale':
      return `STALE ${formatDuration(freshness.ageMs)}, ${nextStep(freshness)}`;
  }
}

function nextStep(stale: Extract<Freshness, { state: 'stale' }>): string {
  if (stale.isConnected) return 'the feed has paused';
  if (stale.retryInMs === undefined) return 'reconnecting';
  return `reconnecting in ${Math.ceil(stale.retryInMs / 1_000)} s`;
}

/** The sentence of the strip. Old data is told as such, whatever it says. */
export function stripSentence(status: StatusView, fresh: Freshness['state'], at: number): string {
  switch (fresh) {
    case 'connecting':
      return 'Connecting to the collector';
    case 'live':
      return status.sentence;
    case 'stale':
      return `Last known at ${formatClock(at)}: ${status.sentence}`;
  }
}

/** The browser tab's title: readable among twenty others. */
export function pageTitle(status: StatusView, fresh: Freshness['state']): string {
  if (fresh !== 'live') return '? Holdfast';
  switch (status.level) {
    case 'empty':
      return 'Holdfast';
    case 'calm':
      return '● Holdfast';
    case 'degraded':
      return '◐ degraded · Holdfast';
    case 'broken':
      return `■ ${status.openCount} open · Holdfast`;
  }
}

/** Changes only when something is worth saying aloud; a counting duration is not. */
export function announcementKey(status: StatusView, fresh: Freshness['state']): string {
  const { level, openCount, heldOpenCount, halfOpenCount, degradedFlags, lostAgents, unhealthyChecks } =
    status;
  const lists = [degradedFlags, lostAgents, unhealthyChecks].map((list) => list.join(' '));
  return [fresh, level, openCount, heldOpenCount, halfOpenCount, status.firstAddress, ...lists].join('|');
}
