import {
  bucketCount,
  bucketOf,
  countColumns,
  type GaugeName,
  type ResilienceEventBody,
  type ResourceDescriptor,
} from '@holdfast/shared';
import type { ErrorTally } from './error-tallies.ts';

/** Where primitives leave what happened. The recorder of the agent implements it. */
export interface Telemetry {
  /** The meter of a resource. The same kind and name give the same meter. */
  meter(descriptor: ResourceDescriptor, options?: MeterOptions): Meter;
  /** Queues an event. Never throws and never blocks. `meter` is the resource that it concerns. */
  emit(event: ResilienceEventBody, meter?: Meter): void;
  /** Counts one more of these errors. Allocates nothing. */
  tally(errors: ErrorTally): void;
}

export interface MeterOptions {
  /** Read once a second, off the hot path. */
  readonly gauges?: () => Readonly<Partial<Record<GaugeName, number>>>;
}

/**
 * The counters and the latency histogram of one resource, in one typed array that is read and zeroed once a
 * second. It runs inside the guarded call and allocates nothing there, but where a call takes longer than all
 * before it: the histogram only reaches as far as it is needed, since most resources are idle or fast.
 */
export class Meter {
  /** The resource's number in the agent's dictionary. */
  readonly id: number;
  /** Whether anything was counted since the last read. */
  active = false;
  /** Counters by `countIndex`, then the histogram's buckets, as far as they are needed. */
  #cells: Uint32Array = new Uint32Array(countColumns.length);

  constructor(id: number) {
    this.id = id;
  }

  /** By `countIndex`. */
  get counts(): Uint32Array {
    return this.#cells.subarray(0, countColumns.length);
  }

  /** By bucket; those above the last that is needed are left out. */
  get latency(): Uint32Array {
    return this.#cells.subarray(countColumns.length);
  }

  /** Adds one to a counter; `column` is a `countIndex`. */
  count(column: number): void {
    this.#cells[column] = (this.#cells[column] ?? 0) + 1;
    this.active = true;
  }

  /** Adds one to the bucket of a duration in milliseconds. */
  time(durationMs: number): void {
    const at = countColumns.length + bucketOf(durationMs);
    if (at >= this.#cells.length) this.#growTo(at);
    this.#cells[at] = (this.#cells[at] ?? 0) + 1;
    this.active = true;
  }

  /** Sets all to zero. */
  clear(): void {
    this.#cells.fill(0);
    this.active = false;
  }

  #growTo(at: number): void {
    const steps = Math.ceil((at + 1 - countColumns.length) / growth);
    const grown = new Uint32Array(countColumns.length + Math.min(bucketCount, steps * growth));
    grown.set(this.#cells);
    this.#cells = grown;
  }
}

/** Buckets: four powers of two. */
const growth = 72;
