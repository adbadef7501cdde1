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
 * kept: within a second only the records that came since are read, with the next one those of its window.
 */
export class RunningFigures {
  private sources: readonly Source[] = [];
  private end = Number.NaN;
  private readonly sums = new Float64Array(countColumns.length);
  private latency: SparseHistogram = [];
  private calls: number[] = [];
  private failed: number[] = [];
  /** Something was told of seconds that are not in the spark yet. */
  private isAhead = false;
  private figures: CallFigures | undefined;

  /** The figures at a moment; the same object again where nothing came and no second went by since. */
  of(seconds: readonly RecentSeconds[], now: number): CallFigures {
    const end = Math.floor(now / 1_000);
    if (!this.goesOnFrom(seconds, end)) this.begin(seconds, end);
    const isMoved = end !== this.end;
    if (isMoved) this.moveTo(end);
    const news = isMoved ? this.sources : this.sources.filter(({ recent, place }) => place !== recent.place);
    if (news.length > 0) this.read(news, isMoved);
    else if (this.figures !== undefined) return this.figures;
    // Slots stand on the clock's grid, so that they move but never change.
    const spark = { calls: [...this.calls], failed: [...this.failed] };
    this.figures = { rates: ratesOf(this.sums, this.latency), spark };
    return this.figures;
  }

  private goesOnFrom(seconds: readonly RecentSeconds[], end: number): boolean {
    const { sources } = this;
    const first = firstOfSpark(end);
    const isLater = end > this.end && !this.isAhead;
    return (
      (isLater || end === this.end) &&
      sources.length === seconds.length &&
      sources.every(
        ({ recent, moves }, index) =>
          recent === seconds[index] && recent.moves === moves && recent.firstKept <= first,
      )
    );
  }

  private begin(seconds: readonly RecentSeconds[], end: number): void {
    this.sources = seconds.map((recent) => ({
      recent,
      moves: recent.moves,
      place: undefined,
      windowAt: undefined,
    }));
    this.end = end;
    this.sums.fill(0);
    this.latency = [];
    this.calls = idle();
    this.failed = idle();
    this.isAhead = false;
    this.figures = undefined;
  }

  /** The spark goes on, the window is added up anew. */
  private moveTo(end: number): void {
    const slots = Math.min(sparkSlots, slotOf(end) - slotOf(this.end));
    if (slots > 0) {
      this.calls = [...this.calls.slice(slots), ...idle(slots)];
      this.failed = [...this.failed.slice(slots), ...idle(slots)];
    }
    this.end = end;
    this.sums.fill(0);
    this.latency = [];
    this.figures = undefined;
  }

  /** What came since, and where it `isWhole` all of the window too. */
  private read(sources: readonly Source[], isWhole: boolean): void {
    for (let at = 0; at < this.latency.length; at += 2)
      together[this.latency[at] ?? 0] = this.latency[at + 1] ?? 0;
    const { end } = this;
    const before = firstOfSpark(end) - 1;
    for (const source of sources) {
      const { recent, place = 0 } = source;
      let windowAt = isWhole ? undefined : source.windowAt;
      const take = (second: number, record: RecordReader, at: number): void => {
        const isNew = at >= place;
        if (second >= end - windowSeconds) windowAt ??= at;
        const isInWindow = second >= end - windowSeconds && second < end;
        if (!isNew && !isInWindow) return;
        counts.fill(0);
        record.addCounts(counts);
        if (isNew) this.addToSpark(second);
        if (!isInWindow) return;
        for (let column = 0; column < counts.length; column++)
          this.sums[column] = (this.sums[column] ?? 0) + (counts[column] ?? 0);
        record.addLatency(together);
      };
      recent.visit(before, take, isWhole ? source.windowAt : source.place);
      source.place = recent.place;
      source.windowAt = windowAt ?? recent.place;
    }
    this.latency = toSparse(together);
    together.fill(0);
  }

  private addToSpark(second: number): void {
    const slot = sparkSlots - 1 - (slotOf(this.end) - slotOf(second));
    if (slot >= sparkSlots) {
      this.isAhead = true;
      return;
    }
    this.calls[slot] = (this.calls[slot] ?? 0) + sumAt(counts, callColumns);
    this.failed[slot] = (this.failed[slot] ?? 0) + sumAt(counts, badColumns);
  }
}

/** What an instance did, and how far it was read. */
interface Source {
  readonly recent: RecentSeconds;
  readonly moves: number;
  place: number | undefined;
  /** No record before it is of the window, nor will be. */
  windowAt: number | undefined;
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

function idle(slots: number = sparkSlots): number[] {
  return Array.from({ length: slots }, () => 0);
}
