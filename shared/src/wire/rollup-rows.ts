import type { SparseHistogram } from '../histogram/histogram.ts';
import { countColumns, type RollupColumns } from './rollups.ts';

/**
 * The rollups of a batch as the collector folds them: numbers in typed arrays, and of each row its record,
 * which is kept as it is. Nothing is made for a row, as there may be a million a second.
 */
export interface RollupRows {
  /** By the agent's dictionary. */
  readonly resource: ArrayLike<number> & Iterable<number>;
  /** Epoch seconds by the agent's clock. */
  readonly second: ArrayLike<number>;
  /** The counters that came, ascending by their place. */
  readonly counts: readonly CountValues[];
  readonly gauges: RollupColumns['gauges'];
  /** One behind the other; `ends` says where each ends. */
  readonly records: Uint8Array;
  readonly ends: Uint32Array;
}

/** Records one behind the other, and where each ends. */
export type Records = Pick<RollupRows, 'records' | 'ends'>;

/** A counter's place in `countColumns`, and its value in each row. */
export interface CountValues {
  readonly index: number;
  readonly values: ArrayLike<number>;
}

/** Rows of columns that were read as JSON. */
export function rowsOf({ at, resource, second, counts, gauges, latency }: RollupColumns): RollupRows {
  const present = countColumns.flatMap((name, index) => {
    const values = counts[name];
    return values === undefined ? [] : [{ index, values }];
  });
  const writer = new RecordWriter(resource.length, present);
  for (const pairs of latency) writer.add(pairs, pairs.length);
  return { resource, second: second.map((of) => at + of), counts: present, gauges, ...writer.finish() };
}

/**
 * Writes records: a mask of the counters that are not zero, these counters, the number of occupied buckets,
 * and for each the distance from the bucket before and its count; all as variable-length numbers, low seven
 * bits first.
 */
export class RecordWriter {
  private bytes: Uint8Array;
  private length = 0;
  private readonly ends: Uint32Array;
  private rows = 0;
  private readonly counts: readonly CountValues[];

  /** For so many rows, of which these are the counters. */
  constructor(rows: number, counts: readonly CountValues[]) {
    this.counts = counts;
    this.ends = new Uint32Array(rows);
    this.bytes = new Uint8Array(64 + rows * usualBytes);
  }

  /** Adds the next row, which has the first `length` of these buckets and counts. */
  add(pairs: ArrayLike<number>, length: number): void {
    const { counts, rows: row } = this;
    this.reserve(mostBytes * (2 + counts.length + length));
    const { bytes } = this;
    let mask = 0;
    for (let column = 0; column < counts.length; column++) {
      const { index, values } = counts[column] ?? noValues;
      if ((values[row] ?? 0) > 0) mask |= 1 << index;
    }
    let at = write(bytes, this.length, mask);
    for (let column = 0; column < counts.length; column++) {
      const { values } = counts[column] ?? noValues;
      const count = values[row] ?? 0;
      if (count > 0) at = write(bytes, at, count);
    }
    at = write(bytes, at, length / 2);
    let before = 0;
    for (let place = 0; place < length; place += 2) {
      const bucket = pairs[place] ?? 0;
      at = write(bytes, at, bucket - before);
      at = write(bytes, at, pairs[place + 1] ?? 0);
      before = bucket;
    }
    this.length = at;
    this.ends[this.rows++] = at;
  }

  finish(): Records {
    return { records: this.bytes.subarray(0, this.length), ends: this.ends };
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + bytes));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

const noValues: CountValues = { index: 0, values: [] };

/** Writes a number, and returns the place behind it. */
function write(bytes: Uint8Array, place: number, value: number): number {
  let at = place;
  let rest = value;
  while (rest > mostShifted) {
    bytes[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  let bits = rest | 0;
  while (bits >= 0x80) {
    bytes[at++] = bits | 0x80; // of which the lowest eight bits are kept
    bits >>>= 7;
  }
  bytes[at++] = bits;
  return at;
}

/** Larger numbers are divided, which takes many times as long. */
const mostShifted = 0x7f_ff_ff_ff;
/** Of a row, and of a number. */
const usualBytes = 16;
const mostBytes = 8;

/** Reads what a `RecordWriter` wrote, a number at a time, so that a reader takes only what it wants. */
export class RecordReader {
  at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  number(): number {
    let byte = this.bytes[this.at++] ?? 0;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let scale = 0x80; ; scale *= 0x80) {
      byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** Adds a record's counters to sums by `countColumns`. */
  addCounts(sums: Float64Array | number[]): void {
    let mask = this.number();
    for (let column = 0; mask !== 0; column++, mask >>>= 1) {
      if ((mask & 1) === 1) sums[column] = (sums[column] ?? 0) + this.number();
    }
  }

  /** The histogram behind the counters. */
  latency(): SparseHistogram {
    const pairs: number[] = [];
    let bucket = 0;
    for (let left = this.number(); left > 0; left--) {
      bucket += this.number();
      pairs.push(bucket, this.number());
    }
    return pairs;
  }

  /** Goes on behind a record. */
  skip(): void {
    for (let mask = this.number(); mask !== 0; mask >>>= 1) if ((mask & 1) === 1) this.number();
    for (let left = 2 * this.number(); left > 0; left--) this.number();
  }

  /** Adds the histogram behind the counters to one count for each bucket. */
  addLatency(sums: Float64Array): void {
    let bucket = 0;
    for (let left = this.number(); left > 0; left--) {
      bucket += this.number();
      sums[bucket] = (sums[bucket] ?? 0) + this.number();
    }
  }
}
