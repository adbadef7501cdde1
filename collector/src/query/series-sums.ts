import {
  bucketCount,
  bucketValue,
  type CountColumn,
  countColumns,
  countIndex,
  errorClasses,
  RecordReader,
  type SeriesAnswer,
} from '@holdfast/shared';
import type { Slice } from '../store/event-store.ts';

type Columns = Omit<SeriesAnswer, 'address' | 'stepSeconds' | 'lanes' | 'lanesSince'>;

/**
 * What a resource counted, step by step. Records are added as they are read, without an object for each: a
 * chart of an hour has thousands of them.
 */
export class SeriesSums {
  private readonly first: number;
  private readonly stepSeconds: number;
  /** Of steps that nothing was counted in there are none. */
  private readonly steps: (Sums | undefined)[];

  /** `first`: the number of the first step since the epoch. */
  constructor(first: number, stepCount: number, stepSeconds: number) {
    this.first = first;
    this.stepSeconds = stepSeconds;
    this.steps = Array.from({ length: stepCount }, () => undefined);
  }

  /** Adds what falls into the steps. */
  add({ minute, bytes }: Slice): void {
    const { steps, first, stepSeconds } = this;
    const reader = new RecordReader(bytes);
    while (!reader.isAtEnd) {
      const second = minute * 60 + reader.byte();
      const step = Math.floor(second / stepSeconds) - first;
      const isShown = step >= 0 && step < steps.length;
      const sums = isShown ? (steps[step] ??= createSums()) : nowhere;
      reader.addCounts(sums.counts);
      reader.addLatency(sums.latency);
    }
  }

  columns(): Columns {
    const { first, stepSeconds, steps } = this;
    const column = (name: CountColumn): number[] => steps.map((sums) => sums?.counts[countIndex[name]] ?? 0);
    const percentiles = steps.map(percentilesIn);
    const classes = errorClasses
      .map((name) => [name, column(`class_${name}`)] as const)
      .filter(([, values]) => values.some((count) => count > 0));
    return {
      at: steps.map((_sums, step) => (first + step) * stepSeconds * 1_000),
      success: column('success'),
      failure: column('failure'),
      timeout: column('timeout'),
      rejected: column('rejected'),
      ignored: column('ignored'),
      cancelled: column('cancelled'),
      slow: column('slow'),
      late: column('late'),
      retries: column('retries'),
      errors: Object.fromEntries(classes),
      p50Ms: percentiles.map(([p50]) => p50),
      p95Ms: percentiles.map(([, p95]) => p95),
      p99Ms: percentiles.map(([, , p99]) => p99),
    };
  }
}

interface Sums {
  /** By `countColumns`. */
  readonly counts: Float64Array;
  /** By bucket. */
  readonly latency: Float64Array;
}

function createSums(): Sums {
  return { counts: new Float64Array(countColumns.length), latency: new Float64Array(bucketCount) };
}

/** Takes what nobody asked for. */
const nowhere = createSums();
const none = [null, null, null] as const;

/** The 50th, 95th and 99th percentile in milliseconds. */
function percentilesIn(sums: Sums | undefined): readonly [number | null, number | null, number | null] {
  if (sums === undefined) return none;
  const { latency } = sums;
  let total = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) total += latency[bucket] ?? 0;
  if (total === 0) return none;
  let seen = 0;
  let bucket = -1;
  const at = (ratio: number): number => {
    const rank = Math.max(1, Math.ceil(ratio * total));
    while (seen < rank) seen += latency[++bucket] ?? 0;
    return bucketValue(bucket);
  };
  return [at(0.5), at(0.95), at(0.99)];
}
