import type { Freshness } from '../live/freshness.ts';
import { formatDuration, formatTime } from './format.ts';

/** How fresh the data is: "live 0.4 s", "STALE 38 s". */
export function freshnessWords(freshness: Freshness): string {
  switch (freshness.state) {
    case 'connecting':
      return freshness.attempt > 1 ? `no answer, try ${freshness.attempt}` : 'connecting';
    case 'live':
      return `live ${formatAge(freshness.ageMs)}`;
    case 'stale':
      return `STALE ${formatDuration(freshness.ageMs)}`;
  }
}

/** What is done about data that is old: "reconnecting in 3 s"; `undefined` where nothing needs to be. */
export function freshnessStep(freshness: Freshness): string | undefined {
  if (freshness.state !== 'stale') return undefined;
  if (freshness.isConnected) return 'the feed has paused';
  if (freshness.retryInMs === undefined) return 'reconnecting';
  return `reconnecting in ${Math.ceil(freshness.retryInMs / 1_000)} s`;
}

/**
 * The sentence of a status, with what must be said of it first: old data is told as such. `at` is the moment
 * of the data, `now` is the reader's clock.
 */
export function knownSentence(
  sentence: string,
  state: Freshness['state'],
  { at, now }: { readonly at: number; readonly now: number },
): string {
  switch (state) {
    case 'connecting':
      return 'Connecting to the collector';
    case 'live':
      return sentence;
    case 'stale':
      return `Last known at ${formatTime(at, now)}: ${sentence}`;
  }
}

/** An age that people watch: tenths of a second while it is young. */
function formatAge(ageMs: number): string {
  return ageMs < 10_000 ? `${(ageMs / 1_000).toFixed(1)} s` : formatDuration(ageMs);
}
