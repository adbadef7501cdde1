import {
  bucketCount,
  countColumns,
  RecordReader,
  type Records,
  RecordWriter,
  type SparseHistogram,
} from '@holdfast/shared';

/** What a resource counted in one second, or in the minute whose start `second` then is. */
export interface SecondRecord {
  /** 0 to 59. */
  readonly second: number;
  /** By `countColumns`. */
  readonly counts: readonly number[];
  readonly latency: SparseHistogram;
}

/** Seconds stand one behind the other, so that appending bytes merges. Each is a byte, then its record. */
export class SecondsWriter {
  private buffer: Buffer;
  private length = 0;

  /** With room for about so many bytes. */
  constructor(expected: number = firstBytes) {
    this.buffer = Buffer.allocUnsafe(expected);
  }

  /** Adds the record of a row. */
  add(second: number, { records, ends }: Records, row: number): void {
    const from = row === 0 ? 0 : (ends[row - 1] ?? 0);
    const to = ends[row] ?? 0;
    this.reserve(1 + to - from);
    const { buffer } = this;
    let length = this.length;
    buffer[length++] = second;
    for (let at = from; at < to; at++) buffer[length++] = records[at] ?? 0; // they are few
    this.length = length;
  }

  /** What was written so far. It stays as it is when more is added. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

const firstBytes = 128;

export function readSeconds(bytes: Uint8Array): SecondRecord[] {
  const reader = new RecordReader(bytes);
  const records: SecondRecord[] = [];
  while (!reader.isAtEnd) {
    const second = reader.byte();
    const counts = countColumns.map(() => 0);
    reader.addCounts(counts);
    records.push({ second, counts, latency: reader.latency() });
  }
  return records;
}

/** Them as rows: the record of one is at an odd place, and its second the byte at the even place before. */
export function recordsOfSeconds(bytes: Uint8Array): Records {
  const reader = new RecordReader(bytes);
  const ends: number[] = [];
  while (!reader.isAtEnd) {
    reader.byte();
    ends.push(reader.at);
    reader.skip();
    ends.push(reader.at);
  }
  return { records: bytes, ends: Uint32Array.from(ends) };
}

/** The sum of seconds, as one that stands for their whole minute or hour. */
export function sumOfSeconds(bytes: Uint8Array): Uint8Array {
  const reader = new RecordReader(bytes);
  counts.fill(0);
  latency.fill(0);
  while (!reader.isAtEnd) {
    reader.byte();
    reader.addCounts(counts);
    reader.addLatency(latency);
  }
  let length = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    const count = latency[bucket] ?? 0;
    if (count === 0) continue;
    pairs[length++] = bucket;
    pairs[length++] = count;
  }
  const writer = new RecordWriter(1, columns);
  writer.add(pairs, length);
  const sum = new SecondsWriter();
  sum.add(0, writer.finish(), 0);
  return sum.bytes();
}

// Used by one sum at a time: there are tens of thousands a minute.
const counts = new Float64Array(countColumns.length);
const columns = countColumns.map((_name, index) => ({ index, values: counts.subarray(index, index + 1) }));
const latency = new Float64Array(bucketCount);
const pairs = new Float64Array(2 * bucketCount);
