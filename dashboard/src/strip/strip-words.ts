import {
  type Freshness,
  freshnessStep,
  freshnessWords,
  type Replay,
  replayWords,
  type StatusView,
} from '@holdfast/shared';

/** How fresh the data is, and what is done about it: "live 0.4 s", "STALE 38 s, reconnecting in 3 s". */
export function freshnessText(freshness: Freshness, replay?: Replay): string {
  if (replay !== undefined && freshness.state === 'live') return replayWords(replay);
  const step = freshnessStep(freshness);
  return step === undefined ? freshnessWords(freshness) : `${freshnessWords(freshness)}, ${step}`;
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
