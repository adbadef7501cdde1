import { mergeSparse, type Rollup } from '@holdfast/shared';

/**
 * Rollups that wait to be sent. When room runs out they are merged into coarser windows, never dropped: the
 * counts stay exact, and only the resolution in time goes.
 */
export class RollupBacklog {
  /** Whether those that wait are to wait longer, to be merged. */
  isHeld = false;
  readonly #maxBytes: number;
  #rollups: Rollup[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#rollups.length;
  }

  /** Whether any may leave. */
  get isPending(): boolean {
    return this.#rollups.length > 0 && !this.isHeld;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * True where even one rollup for each resource takes all the room: what is counted now stays in the meters.
   */
  get isFull(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  add(rollup: Rollup): void {
    this.#rollups.push(rollup);
    this.#bytes += heapBytes(rollup);
  }

  /** Where room ran out: merges into the finest windows that free half of it. */
  makeRoom(): void {
    if (this.#bytes <= this.#maxBytes) return;
    for (const seconds of windows) {
      this.mergeInto(seconds);
      if (this.#bytes <= this.#maxBytes / 2) return;
    }
  }

  /** Removes and returns the oldest rollups whose columns fit. */
  take(room: { readonly bytes: number; readonly rollups: number }): Rollup[] {
    if (this.isHeld) return [];
    let count = 0;
    let bytes = columnsOverhead;
    for (const rollup of this.#rollups) {
      bytes += wireBytes(rollup);
      if (bytes > room.bytes || count >= room.rollups) break;
      count += 1;
    }
    const taken = this.#rollups.slice(0, count);
    this.#rollups = this.#rollups.slice(count);
    for (const rollup of taken) this.#bytes -= heapBytes(rollup);
    return taken;
  }

  /** Makes one of those of a resource that are in the same window. */
  mergeInto(seconds: number): void {
    const merged = new Map<string, Rollup>();
    for (const rollup of this.#rollups) {
      const key = `${rollup.resource}/${Math.floor(rollup.second / seconds)}`;
      const known = merged.get(key);
      merged.set(key, known === undefined ? rollup : sumOf(known, rollup));
    }
    this.#rollups = [...merged.values()];
    this.#bytes = this.#rollups.reduce((bytes, rollup) => bytes + heapBytes(rollup), 0);
  }
}

/** Seconds in the windows that rollups are merged into, finest first; the last holds all of time. */
const windows = [10, 60, 600, 3_600, 86_400, Number.POSITIVE_INFINITY] as const;

/** The later one's gauges stand: they are levels, not counts. */
function sumOf(earlier: Rollup, later: Rollup): Rollup {
  return {
    resource: earlier.resource,
    second: Math.min(earlier.second, later.second),
    counts: earlier.counts.map((count, column) => count + (later.counts[column] ?? 0)),
    gauges: { ...earlier.gauges, ...later.gauges },
    latency: mergeSparse(earlier.latency, later.latency),
  };
}

/** About what a rollup takes in memory: two arrays of numbers, three objects and its place in the list. */
function heapBytes(rollup: Rollup): number {
  return 200 + 8 * (rollup.counts.length + rollup.latency.length);
}

/** The names of the columns and their brackets, with room to spare. */
const columnsOverhead = 1_024;

/** More than a rollup adds to the columns: its own JSON holds the same numbers, and names besides. */
function wireBytes(rollup: Rollup): number {
  return JSON.stringify(rollup).length;
}
