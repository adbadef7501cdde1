import { bucketCount, type SparseHistogram, toSparse } from '../histogram/histogram.ts';
import type { RecordReader } from '../wire/rollup-rows.ts';
import { countColumns } from '../wire/rollups.ts';
import { badColumns, callColumns, ratesOf, sumAt, windowSeconds } from './rates.ts';
import type { RecentSeconds } from './recent-seconds.ts';
import { type ResourceView, sparkSlotSeconds, sparkSlots } from './views.ts';

/** What calls say of a resource. */
export type CallFigures = Pick<ResourceView, 'rates' | 'spark'>;

/**
 * Rates, percentiles and spark of a resource, over what its instances did in the last minute. The sums are
 * kept: within a second only the records that came since are read.
 */
export class RunningFigures {
  private sources: readonly Source[] = [];
  private end = Number.NaN;
  private readonly sums = new Float64Array(countColumns.length);
  private latency: SparseHistogram = [];
  private calls: number[] = [];
  private failed: number[] = [];
  private figures: CallFigures | undefined;

  /** The figures at a moment; the same object again where nothing came and no second went by since. */
  of(seconds: readonly RecentSeconds[], now: number): CallFigures {
    const end = Math.floor(now / 1_000);
    if (end !== this.end || !this.goesOnFrom(seconds)) this.begin(seconds, end);
    const news = this.sources.filter(({ recent, place }) => place !== recent.place);
    if (news.length > 0) this.read(news);
    else if (this.figures !== undefined) return this.figures;
    // Slots stand on the clock's grid, so that they move but never change.
    const spark = { calls: [...this.calls], failed: [...this.failed] };
    this.figures = { rates: ratesOf(this.sums, this.latency), spark };
    return this.figures;
  }

  private goesOnFrom(seconds: readonly RecentSeconds[]): boolean {
    const { sources } = this;
    const first = firstOfSpark(this.end);
    return (
      sources.length === seconds.length &&
      sources.every(
        ({ recent, moves }, index) =>
          recent === seconds[index] && recent.moves === moves && recent.firstKept <= first,
      )
    );
  }

  private begin(seconds: readonly RecentSeconds[], end: number): void {
    this.sources = seconds.map((recent) => ({ recent, moves: recent.moves, place: undefined }));
    this.end = end;
    this.sums.fill(0);
    this.latency = [];
    this.calls = idle();
    this.failed = idle();
    this.figures = undefined;
  }

  private read(sources: readonly Source[]): void {
    for (let at = 0; at < this.latency.length; at += 2)
      together[this.latency[at] ?? 0] = this.latency[at + 1] ?? 0;
    const { end } = this;
    const before = firstOfSpark(end) - 1;
    const take = (second: number, record: RecordReader): void => {
      counts.fill(0);
      record.addCounts(counts);
      this.addToSpark(second);
      if (second < end - windowSeconds || second >= end) return;
      for (let column = 0; column < counts.length; column++)
        this.sums[column] = (this.sums[column] ?? 0) + (counts[column] ?? 0);
      record.addLatency(together);
    };
    for (const source of sources) {
      source.recent.visit(before, take, source.place);
      source.place = source.recent.place;
    }
    this.latency = toSparse(together);
    together.fill(0);
  }

  private addToSpark(second: number): void {
    const slot = sparkSlots - 1 - (slotOf(this.end) - slotOf(second));
    if (slot >= sparkSlots) return;
    this.calls[slot] = (this.calls[slot] ?? 0) + sumAt(counts, callColumns);
    this.failed[slot] = (this.failed[slot] ?? 0) + sumAt(counts, badColumns);
  }
}

/** What an instance did, and how far it was read. */
interface Source {
  readonly recent: RecentSeconds;
  readonly moves: number;
  place: number | undefined;
}

/** Of one record, and of a window; between two readings `together` holds nothing. */
const counts = new Float64Array(countColumns.length);
const together = new Float64Array(bucketCount);

function slotOf(second: number): number {
  return Math.floor(second / sparkSlotSeconds);
}

function firstOfSpark(end: number): number {
  return (slotOf(end) - sparkSlots + 1) * sparkSlotSeconds;
}

function idle(): number[] {
  return Array.from({ length: sparkSlots }, () => 0);
}
