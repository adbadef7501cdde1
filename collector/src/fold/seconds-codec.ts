import { countColumns, mergeSparse, type SparseHistogram } from '@holdfast/shared';

/** What a resource counted in one second, or in the minute whose start `second` then is. */
export interface SecondRecord {
  /** 0 to 59. */
  readonly second: number;
  /** By `countColumns`. */
  readonly counts: readonly number[];
  readonly latency: SparseHistogram;
}

/** A counter's column: its place in `countColumns`, and a number for each row. */
export interface PresentColumn {
  readonly index: number;
  readonly values: readonly number[];
}

interface ColumnRow {
  readonly second: number;
  /** Those that are not all zeros, ascending by their place. */
  readonly columns: readonly PresentColumn[];
  readonly row: number;
  readonly latency: SparseHistogram;
}

/**
 * Records stand one behind the other, so that appending bytes merges. Each is: the second, a mask of the
 * counters that are not zero, these counters, the number of occupied buckets, and for each the distance from
 * the bucket before and its count; all but the second as variable-length numbers, low seven bits first.
 */
export class SecondsWriter {
  private buffer = Buffer.allocUnsafe(128);
  private length = 0;

  add(record: SecondRecord): void {
    const columns = record.counts.map((count, index) => ({ index, values: [count] }));
    this.addRow({ second: record.second, columns, row: 0, latency: record.latency });
  }

  /**
   * Adds a row of columns as it came over the wire; nothing is allocated for it, as this runs for every
   * rollup.
   */
  addRow({ second, columns, row, latency }: ColumnRow): void {
    this.reserve(1 + 10 * (2 + columns.length + latency.length));
    this.buffer[this.length++] = second;
    let mask = 0;
    for (const { index, values } of columns) if ((values[row] ?? 0) > 0) mask |= 1 << index;
    this.number(mask);
    for (const { values } of columns) {
      const count = values[row] ?? 0;
      if (count > 0) this.number(count);
    }
    this.number(latency.length / 2);
    let previous = 0;
    for (let i = 0; i < latency.length; i += 2) {
      const bucket = latency[i] ?? 0;
      this.number(bucket - previous);
      this.number(latency[i + 1] ?? 0);
      previous = bucket;
    }
  }

  /** What was written so far; it stays as it is when more is added. */
  bytes(): Uint8Array {
    return Buffer.from(this.buffer.subarray(0, this.length));
  }

  private number(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest % 0x80) | 0x80; // no shifts: counts may pass 32 bits
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.length++] = rest;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

export function readSeconds(bytes: Uint8Array): SecondRecord[] {
  const records: SecondRecord[] = [];
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const second = bytes[at++] ?? 0;
    const mask = number();
    const counts = countColumns.map((_name, column) => ((mask & (1 << column)) === 0 ? 0 : number()));
    const latency: number[] = [];
    let bucket = 0;
    for (let left = number(); left > 0; left--) {
      bucket += number();
      latency.push(bucket, number());
    }
    records.push({ second, counts, latency });
  }
  return records;
}

/** The sum of records, as one that stands for their whole minute. */
export function sumOf(records: readonly SecondRecord[]): SecondRecord {
  return records.reduce<SecondRecord>(
    (sum, record) => ({
      second: 0,
      counts: sum.counts.map((count, column) => count + (record.counts[column] ?? 0)),
      latency: mergeSparse(sum.latency, record.latency),
    }),
    { second: 0, counts: countColumns.map(() => 0), latency: [] },
  );
}
