import { breakerWords, type LaneSegment, plural, type StateLane } from '@holdfast/shared';

/** More lanes than this are counted, not drawn. */
export const mostLanes = 6;

/** In the order in which they are drawn: what is tall first, so that what is low stands before it. */
const states = [
  { height: 1, of: ['summarised', 'forced_open', 'open', 'down'] },
  { height: 0.6, of: ['half_open', 'degraded'] },
  { height: 0.3, of: ['disabled', 'metrics_only', 'unknown', 'up', 'closed'] },
] as const;
const drawingOrder: readonly string[] = states.flatMap(({ of }) => of);

/** How much of its lane a state fills: the worse, the more. */
export function heightOf(state: string): number {
  return states.find(({ of }) => of.some((one) => one === state))?.height ?? 0.3;
}

/** The lanes that are drawn: those with trouble first. */
export function shownLanes(lanes: readonly StateLane[]): readonly StateLane[] {
  return [...lanes].sort((a, b) => worstOf(b) - worstOf(a)).slice(0, mostLanes);
}

function worstOf({ segments }: StateLane): number {
  return Math.max(...segments.map(({ state }) => heightOf(state)));
}

/** The segments in the order in which they are drawn: no state covers another. */
export function drawnSegments(segments: readonly LaneSegment[]): readonly LaneSegment[] {
  const placeOf = ({ state }: LaneSegment): number => drawingOrder.indexOf(state);
  return [...segments].sort((a, b) => placeOf(a) - placeOf(b));
}

/** What was so at a moment; `undefined` where nothing is known of it. */
export function segmentAt(segments: readonly LaneSegment[], at: number): LaneSegment | undefined {
  return segments.findLast(({ from, until }) => from <= at && at <= until);
}

/** "open", "38 changes, summed up"; where nothing is known, so. */
export function segmentWords(segment: LaneSegment | undefined): string {
  if (segment === undefined) return 'not known';
  const { state, changeCount } = segment;
  return changeCount === undefined ? wordOf(state) : `${plural(changeCount, 'change')}, summed up`;
}

/** A lane for who cannot see it: "checkout-1: open 3 times, half open 2 times, at last closed". */
export function laneWords({ instance, segments }: StateLane): string {
  const counts = new Map<string, number>();
  for (const { state } of segments)
    if (heightOf(state) > 0.3) counts.set(state, (counts.get(state) ?? 0) + 1);
  const times = [...counts].map(([state, count]) => `${wordOf(state)} ${plural(count, 'time')}`);
  return `${instance}: ${[...times, `at last ${segmentWords(segments.at(-1))}`].join(', ')}`;
}

function wordOf(state: string): string {
  return Object.entries(breakerWords).find(([name]) => name === state)?.[1].label ?? state;
}
