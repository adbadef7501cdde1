import {
  bucketCount,
  bucketOf,
  countColumns,
  type GaugeName,
  type ResilienceEventBody,
  type ResourceDescriptor,
} from '@holdfast/shared';

/** Where primitives leave what happened. The recorder of the agent implements it. */
export interface Telemetry {
  /** The meter of a resource. The same kind and name give the same meter. */
  meter(descriptor: ResourceDescriptor, options?: MeterOptions): Meter;
  /** Queues an event. Never throws and never blocks. `meter` is the resource that it concerns. */
  emit(event: ResilienceEventBody, meter?: Meter): void;
}

export interface MeterOptions {
  /** False for what has no duration of its own; saves the histogram's 1.8 KB. Default true. */
  readonly latency?: boolean;
  /** Read once a second, off the hot path. */
  readonly gauges?: () => Readonly<Partial<Record<GaugeName, number>>>;
}

/**
 * The counters and the latency histogram of one resource, in one typed array that is read and zeroed once a
 * second. Nothing here allocates: it runs inside the guarded call.
 */
export class Meter {
  /** The resource's number in the agent's dictionary. */
  readonly id: number;
  /** Counters by `countIndex`, then the histogram's buckets. */
  readonly counts: Uint32Array;
  readonly hasLatency: boolean;
  /** Whether anything was counted since the last read. */
  active = false;

  constructor(id: number, hasLatency: boolean) {
    this.id = id;
    this.hasLatency = hasLatency;
    this.counts = new Uint32Array(countColumns.length + (hasLatency ? bucketCount : 0));
  }

  /** Adds one to a counter; `column` is a `countIndex`. */
  count(column: number): void {
    this.counts[column] = (this.counts[column] ?? 0) + 1;
    this.active = true;
  }

  /** Adds one to the bucket of a duration in milliseconds. Only on a meter with latency. */
  time(durationMs: number): void {
    const at = countColumns.length + bucketOf(durationMs);
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.active = true;
  }
}
