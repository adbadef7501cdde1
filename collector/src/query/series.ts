import {
  type Clock,
  type CountColumn,
  countIndex,
  mergeSparse,
  percentile,
  type SeriesAnswer,
  type SparseHistogram,
} from '@holdfast/shared';
import type { FoldedState } from '../fold/folded-state.ts';
import { readSeconds, type SecondRecord } from '../fold/seconds-codec.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import type { EventStore, Slice, SliceQuery, Tier } from '../store/event-store.ts';

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
}

const defaultRangeMs = 900_000;
const defaultPoints = 300;
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
  const stepSeconds = stepFor((until - since) / 1_000, query.points ?? defaultPoints, finest);
  const first = Math.floor(since / 1_000 / stepSeconds);
  const last = Math.ceil(until / 1_000 / stepSeconds) - 1;
  const buckets = Array.from({ length: last - first + 1 }, createBucket);
  const tier = tierOf(stepSeconds);
  const slices = await slicesOf(sources, {
    tier,
    address: query.address,
    from: Math.floor((first * stepSeconds) / 60),
    to: Math.floor(((last + 1) * stepSeconds - 1) / 60),
  });
  for (const slice of slices) {
    for (const record of readSeconds(slice.bytes)) {
      const place = Math.floor((slice.minute * 60 + record.second) / stepSeconds) - first;
      const bucket = buckets[place];
      if (bucket !== undefined) addRecord(bucket, record);
    }
  }
  return done(answerOf({ address: query.address, stepSeconds, first, buckets }));
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

interface Bucket {
  counts: number[];
  latency: SparseHistogram;
}

function createBucket(): Bucket {
  return { counts: [], latency: [] };
}

function addRecord(bucket: Bucket, record: SecondRecord): void {
  bucket.counts = record.counts.map((count, column) => count + (bucket.counts[column] ?? 0));
  bucket.latency = mergeSparse(bucket.latency, record.latency);
}

function answerOf(of: {
  readonly address: string;
  readonly stepSeconds: number;
  readonly first: number;
  readonly buckets: readonly Bucket[];
}): SeriesAnswer {
  const { address, stepSeconds, first, buckets } = of;
  const column = (name: CountColumn): number[] =>
    buckets.map((bucket) => bucket.counts[countIndex[name]] ?? 0);
  const latency = (ratio: number): (number | null)[] =>
    buckets.map((bucket) => percentile(bucket.latency, ratio) ?? null);
  return {
    address,
    stepSeconds,
    at: buckets.map((_bucket, index) => (first + index) * stepSeconds * 1_000),
    success: column('success'),
    failure: column('failure'),
    timeout: column('timeout'),
    rejected: column('rejected'),
    slow: column('slow'),
    retries: column('retries'),
    p50Ms: latency(0.5),
    p95Ms: latency(0.95),
    p99Ms: latency(0.99),
  };
}
