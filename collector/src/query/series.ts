import type { Clock, SeriesAnswer } from '@holdfast/shared';
import type { FoldedState } from '../fold/folded-state.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import type { EventStore, Slice, SliceQuery, Tier } from '../store/event-store.ts';
import { lanesOf } from './lanes.ts';
import { SeriesSums } from './series-sums.ts';

export interface SeriesSources {
  readonly state: FoldedState;
  readonly store: EventStore;
  readonly clock: Clock;
  /** How long single seconds are kept. */
  readonly secondsRetentionMs: number;
  /** How long minutes are kept. */
  readonly retentionMs: number;
}

export interface SeriesQuery {
  readonly address: string;
  readonly since?: number;
  readonly until?: number;
  /** At most so many steps. */
  readonly points?: number;
  /** Steps of at least so many seconds; not both of them. */
  readonly step?: number;
}

const defaultRangeMs = 900_000;
const defaultPoints = 300;
export const maxPoints = 2_000;
const steps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400,
];

/**
 * What a resource did over a range, all its instances taken together, in the finest steps that fit the
 * points.
 */
export async function seriesOf(sources: SeriesSources, query: SeriesQuery): Promise<Outcome<SeriesAnswer>> {
  const now = sources.clock.now();
  const until = query.until ?? Math.max(now, query.since ?? now);
  const since = query.since ?? until - defaultRangeMs;
  if (since >= until) {
    return refused('bad_input', `\`since\` must be before \`until\` (${until}), got ${since}`, {
      field: 'since',
    });
  }
  const finest =
    since < now - sources.retentionMs ? 3_600 : since < now - sources.secondsRetentionMs ? 60 : 1;
  const seconds = (until - since) / 1_000;
  if (query.step !== undefined && seconds / query.step > maxPoints) {
    const least = Math.ceil(seconds / maxPoints);
    return refused('bad_input', `\`step\` must be at least ${least} s for this range, got ${query.step}`, {
      field: 'step',
    });
  }
  const points = query.points ?? (query.step === undefined ? defaultPoints : maxPoints + 1);
  const stepSeconds = stepFor(seconds, points, Math.max(finest, query.step ?? 0));
  const first = Math.floor(since / 1_000 / stepSeconds);
  const last = Math.ceil(until / 1_000 / stepSeconds) - 1;
  const sums = new SeriesSums(first, last - first + 1, stepSeconds);
  const tier = tierOf(stepSeconds);
  const { address } = query;
  const [slices, lanes] = await Promise.all([
    slicesOf(sources, {
      tier,
      address,
      from: Math.floor((first * stepSeconds) / 60),
      to: Math.floor(((last + 1) * stepSeconds - 1) / 60),
    }),
    lanesOf(sources, { address, since, until: Math.min(until, now) }),
  ]);
  for (const slice of slices) sums.add(slice);
  return done({ address, stepSeconds, ...sums.columns(), ...lanes });
}

/** The coarsest tier that serves a step. */
function tierOf(stepSeconds: number): Tier {
  if (stepSeconds < 60) return 'seconds';
  return stepSeconds < 3_600 ? 'minutes' : 'hours';
}

function stepFor(seconds: number, points: number, finest: number): number {
  // One step more than fits exactly, because a range seldom begins where a step does.
  const fits = (step: number): boolean => Math.ceil(seconds / step) + 1 <= points || step >= seconds;
  const found = steps.find((step) => fits(step) && step >= finest);
  const day = 86_400;
  return found ?? Math.ceil(seconds / day / Math.max(points - 1, 1)) * day;
}

/** From the store, and from memory what is not saved yet. */
function slicesOf({ state, store }: SeriesSources, query: SliceQuery): Promise<readonly Slice[]> {
  return state.readBoth(async () => [...(await store.slices(query)), ...state.history.unsavedSlices(query)]);
}
