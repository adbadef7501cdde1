import { bucketCount } from '../histogram/histogram.ts';
import { countColumns } from './rollups.ts';
import { wireLimits } from './limits.ts';
import { type CountValues, type Records, RecordWriter, type RollupRows } from './rollup-rows.ts';

/** Rollups that were found in a frame, and the place behind them. */
export interface ScannedRollups {
  readonly rows: Omit<RollupRows, 'gauges'>;
  /** Where the JSON object of the gauges begins, and where it ends. */
  readonly gauges: readonly [from: number, to: number];
  readonly end: number;
}

/**
 * Takes the rollups of a batch straight from the bytes of its frame: `at` is the place of their opening
 * brace. Understands what an agent writes, which is JSON without spaces with its fields in one order;
 * `undefined` for everything else, right or wrong, which the ordinary reader then judges. What it does
 * understand it reads as that reader does.
 */
export function scanRollups(bytes: Uint8Array, at: number): ScannedRollups | undefined {
  return new Scan(bytes, at).rollups();
}

const encode = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const keys = {
  at: encode('{"at":'),
  resource: encode(',"resource":'),
  second: encode(',"second":'),
  counts: encode(',"counts":{'),
  gauges: encode(',"gauges":'),
  latency: encode(',"latency":['),
};
const countKeys: readonly Uint8Array[] = countColumns.map((name) => encode(`"${name}":`));

const zero = 0x30;
const nine = 0x39;
const comma = 0x2c;
const opening = 0x5b;
const closing = 0x5d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;
/** Agents hardly write a larger number in a column, and these are read with whole numbers alone. */
const largest = 0x7f_ff_ff_ff;
const lastSecond = 0xff_ff_ff_ff;
/** Every number of so many digits is a safe integer. */
const mostDigits = 15;
/** The histogram that is being read. */
const pairs = new Uint32Array(2 * bucketCount);

class Scan {
  private readonly bytes: Uint8Array;
  private at: number;
  /** Something that an agent does not write. */
  private isStrange = false;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  rollups(): ScannedRollups | undefined {
    this.expect(keys.at);
    const start = this.number();
    this.expect(keys.resource);
    const resource = this.column(this.mostRows());
    const rows = resource.length;
    this.expect(keys.second);
    const second = this.column(rows);
    this.addTo(second, start);
    this.expect(keys.counts);
    const counts = this.counts(rows);
    this.expect(keys.gauges);
    const gauges = this.object();
    this.expect(keys.latency);
    const records = this.records(counts, rows);
    if (this.bytes[this.at++] !== closingBrace || second.length !== rows) this.isStrange = true;
    if (this.isStrange) return undefined;
    return { rows: { resource, second, counts, ...records }, gauges, end: this.at };
  }

  private addTo(values: Uint32Array, addend: number): void {
    for (let row = 0; row < values.length; row++) {
      const sum = (values[row] ?? 0) + addend;
      if (sum > lastSecond) this.isStrange = true;
      values[row] = sum;
    }
  }

  /** As many rows as there may be, or as the bytes up to the end of this column can hold. */
  private mostRows(): number {
    const bytes = this.bytes.indexOf(closing, this.at) - this.at;
    return Math.min(wireLimits.rollupsPerBatch, Math.max(0, bytes >> 1));
  }

  private expect(key: Uint8Array): void {
    for (let place = 0; place < key.length; place++) {
      if (this.bytes[this.at++] !== key[place]) this.isStrange = true;
    }
  }

  private counts(rows: number): CountValues[] {
    const counts: CountValues[] = [];
    if (this.bytes[this.at] === closingBrace) this.at++;
    else
      do {
        const index = countKeys.findIndex((key) => this.isNext(key));
        if (index <= (counts.at(-1)?.index ?? -1)) this.isStrange = true;
        this.at += countKeys[index]?.length ?? 0;
        const values = this.column(rows);
        if (values.length !== rows) this.isStrange = true;
        counts.push({ index, values });
      } while (!this.isStrange && this.hasMore(closingBrace));
    return counts;
  }

  private isNext(key: Uint8Array): boolean {
    for (let place = 0; place < key.length; place++) {
      if (this.bytes[this.at + place] !== key[place]) return false;
    }
    return true;
  }

  /** Passes an object that holds no text and no other object. */
  private object(): readonly [number, number] {
    const from = this.at;
    if (this.bytes[from] !== openingBrace) this.isStrange = true;
    const end = this.bytes.indexOf(closingBrace, from) + 1;
    if (end === 0) this.isStrange = true;
    else this.at = end;
    return [from, this.at];
  }

  /** A plain loop with all it needs at hand: nearly every byte goes through here or `histogram`. */
  private column(limit: number): Uint32Array {
    const values = new Uint32Array(limit);
    const { bytes } = this;
    let at = this.at;
    let count = 0;
    let byte: number = comma;
    if (bytes[at++] !== opening) this.isStrange = true;
    else if (bytes[at] === closing) byte = bytes[at++] ?? 0;
    while (byte === comma && count < limit) {
      let value = (bytes[at++] ?? 0) - zero;
      if (value < 0 || value > 9) this.isStrange = true;
      byte = bytes[at++] ?? 0;
      while (byte >= zero && byte <= nine) {
        if (value === 0) this.isStrange = true; // a leading zero
        value = value * 10 + (byte - zero);
        byte = bytes[at++] ?? 0;
      }
      if (value > largest) this.isStrange = true;
      values[count++] = value;
    }
    if (byte !== closing) this.isStrange = true;
    this.at = at;
    return count === limit ? values : values.subarray(0, count);
  }

  private records(counts: readonly CountValues[], rows: number): Records {
    const writer = new RecordWriter(rows, counts);
    if (rows === 0 && this.bytes[this.at++] !== closing) this.isStrange = true;
    for (let row = 0; row < rows && !this.isStrange; row++) {
      writer.add(pairs, this.histogram());
      if (this.hasMore(closing) !== row + 1 < rows) this.isStrange = true;
    }
    return writer.finish();
  }

  /** Reads buckets and counts in turn, and returns how many numbers they are. */
  private histogram(): number {
    const { bytes } = this;
    let at = this.at;
    let length = 0;
    let byte: number = comma;
    if (bytes[at++] !== opening) this.isStrange = true;
    else if (bytes[at] === closing) byte = bytes[at++] ?? 0;
    while (byte === comma && length < pairs.length) {
      let value = (bytes[at++] ?? 0) - zero;
      if (value < 0 || value > 9) this.isStrange = true;
      byte = bytes[at++] ?? 0;
      while (byte >= zero && byte <= nine) {
        if (value === 0) this.isStrange = true; // a leading zero
        value = value * 10 + (byte - zero);
        byte = bytes[at++] ?? 0;
      }
      if (value > largest) this.isStrange = true;
      pairs[length++] = value;
    }
    if (byte !== closing || length % 2 === 1 || !isAscending(length)) this.isStrange = true;
    this.at = at;
    return length;
  }

  /** Passes what stands behind a value: a comma, where another follows, or the end of the list. */
  private hasMore(end: number): boolean {
    const byte = this.bytes[this.at++];
    if (byte === comma) return true;
    if (byte !== end) this.isStrange = true;
    return false;
  }

  private number(): number {
    const { bytes } = this;
    const from = this.at;
    let value = 0;
    let digit = (bytes[this.at] ?? 0) - zero;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = (bytes[++this.at] ?? 0) - zero;
    }
    if (!isPlain(this.at - from, bytes[from])) this.isStrange = true;
    return value;
  }
}

/** Whether so many digits, of which this is the first, are a number as JSON writes it, and exact. */
function isPlain(digits: number, first: number | undefined): boolean {
  return digits === 1 || (digits > 1 && digits <= mostDigits && first !== zero);
}

function isAscending(length: number): boolean {
  let last = -1;
  for (let at = 0; at < length; at += 2) {
    const bucket = pairs[at] ?? 0;
    if (bucket <= last) return false;
    last = bucket;
  }
  return last < bucketCount;
}
