import { countColumns } from '../wire/rollups.ts';
import { bucketCount } from '../histogram/histogram.ts';
import { RecordReader, type Records, RecordWriter } from '../wire/rollup-rows.ts';
import { fleetLimits, type RecentSecond } from './fleet.ts';

/** Before each record: its second, four bytes, and its length, two. */
const headBytes = 6;
/** Many times as many as there are seconds: then those of the same second are added up. */
const mostRecords = 4 * fleetLimits.recentSeconds;
const firstBytes = 128;

/**
 * What a resource did in the last minute, second by second by the collector's clock, as records one behind
 * the other: a fleet has many of these and looks at few. Idle seconds are absent, and a second may be there
 * twice.
 */
export class RecentSeconds {
  private bytes: Uint8Array = none;
  private start = 0;
  private end = 0;
  private count = 0;
  private newest = 0;
  /** Nothing older was ever added. */
  private oldest: number;
  private moveCount = 0;

  /** An empty one, or the place of what stood in another whose `since` it is told. */
  constructor(since: number = Number.POSITIVE_INFINITY) {
    this.oldest = since;
  }

  /** Where the next record will stand; those before stay where they are while `moves` stays. */
  get place(): number {
    return this.end;
  }

  get moves(): number {
    return this.moveCount;
  }

  /** What is older may have been let go. */
  get firstKept(): number {
    return this.newest - fleetLimits.recentSeconds + 1;
  }

  /** No second of it is older; infinite where there is none. */
  get since(): number {
    return Math.max(this.oldest, this.firstKept);
  }

  /** Adds the record of a row. What is older than a minute is let go. */
  add(second: number, rows: Records, row: number): void {
    if (second < this.firstKept || second > lastSecond) return;
    if (second > this.newest) this.newest = second;
    if (second < this.oldest) this.oldest = second;
    if (this.count >= mostRecords) this.dropOld();
    if (this.count === mostRecords) this.merge();
    this.append(second, rows, row);
  }

  /**
   * Hands over the seconds behind one, each with a reader that stands before its record, and its place; only
   * what came behind a `place`, if told so. A visitor may leave the record unread.
   */
  visit(
    behind: number,
    visitor: (second: number, record: RecordReader, at: number) => void,
    place?: number,
  ): void {
    this.dropOld();
    const reader = new RecordReader(this.bytes);
    for (let at = place ?? this.start; at < this.end; at += headBytes + this.lengthAt(at)) {
      const second = this.secondAt(at);
      reader.at = at + headBytes;
      if (second > behind) visitor(second, reader, at);
    }
  }

  /** All of them, taken apart. */
  all(): RecentSecond[] {
    const seconds: RecentSecond[] = [];
    this.visit(0, (second, record) => {
      const counts = countColumns.map(() => 0);
      record.addCounts(counts);
      seconds.push({ second, counts, latency: record.latency() });
    });
    return seconds;
  }

  private append(second: number, { records, ends }: Records, row: number): void {
    const from = row === 0 ? 0 : (ends[row - 1] ?? 0);
    const to = ends[row] ?? 0;
    this.reserve(headBytes + to - from);
    const { bytes } = this;
    let at = this.end;
    bytes[at++] = second >>> 24;
    bytes[at++] = second >>> 16;
    bytes[at++] = second >>> 8;
    bytes[at++] = second;
    bytes[at++] = (to - from) >>> 8;
    bytes[at++] = to - from;
    for (let place = from; place < to; place++) bytes[at++] = records[place] ?? 0; // they are few
    this.end = at;
    this.count++;
  }

  /** Only where there is no room or somebody looks: it reads bytes that are long out of sight. */
  private dropOld(): void {
    while (this.count > 0 && this.secondAt(this.start) < this.firstKept) {
      this.start += headBytes + this.lengthAt(this.start);
      this.count--;
    }
  }

  private secondAt(at: number): number {
    const { bytes } = this;
    return (
      (((bytes[at] ?? 0) << 24) |
        ((bytes[at + 1] ?? 0) << 16) |
        ((bytes[at + 2] ?? 0) << 8) |
        (bytes[at + 3] ?? 0)) >>>
      0
    );
  }

  private lengthAt(at: number): number {
    return ((this.bytes[at + 4] ?? 0) << 8) | (this.bytes[at + 5] ?? 0);
  }

  private reserve(length: number): void {
    if (this.end + length <= this.bytes.length) return;
    this.dropOld();
    const used = this.end - this.start;
    const isCrowded = (used + length) * 4 > this.bytes.length * 3;
    const target = isCrowded ? new Uint8Array(Math.max(firstBytes, (used + length) * 2)) : this.bytes;
    target.set(this.bytes.subarray(this.start, this.end));
    this.bytes = target;
    if (this.start > 0) this.moveCount++;
    this.start = 0;
    this.end = used;
  }

  /** Adds up what stands there more than once for a second. */
  private merge(): void {
    const sums = new Map<number, { readonly counts: number[]; readonly latency: Float64Array }>();
    this.visit(0, (second, record) => {
      const sum = sums.get(second) ?? {
        counts: countColumns.map(() => 0),
        latency: new Float64Array(bucketCount),
      };
      sums.set(second, sum);
      record.addCounts(sum.counts);
      record.addLatency(sum.latency);
    });
    this.start = this.end = this.count = 0;
    this.moveCount++;
    for (const [second, { counts, latency }] of sums) {
      const pairs = [...latency].flatMap((count, bucket) => (count > 0 ? [bucket, count] : []));
      const columns = counts.map((count, index) => ({ index, values: [count] }));
      const writer = new RecordWriter(1, columns);
      writer.add(pairs, pairs.length);
      this.append(second, writer.finish(), 0);
    }
  }
}

const none = new Uint8Array(0);
/** What four bytes hold: a day in 2106. */
const lastSecond = 0xff_ff_ff_ff;
