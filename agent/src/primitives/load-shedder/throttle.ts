import { priorities } from '../call.ts';
import type { LoadShedderSettings } from './options.ts';

/**
 * Client-side throttling: sheds the share `max(0, (requests - k * accepts) / (requests + 1))` of the calls,
 * over a window of two minutes ("Handling Overload", Google's SRE book, 2016, equation 21-1). A request
 * counts before it is sent, also where it is then shed: else a side that hangs would look idle.
 *
 * Which calls these are goes by priority: as many of the low ones as there are, then of the normal ones, and
 * so on. Critical ones are let through until nearly all would have to be shed.
 */
export class Throttle {
  readonly #k: number;
  readonly #bucketMs: number;
  /** For each bucket the requests of each rank, then the accepts. */
  readonly #counts = new Uint32Array(bucketCount * columnCount);
  /** The sums of these columns. */
  readonly #sums: number[] = Array.from({ length: columnCount }, () => 0);
  #bucket = 0;

  constructor({ k, windowMs }: NonNullable<LoadShedderSettings['clientThrottle']>) {
    this.#k = k;
    this.#bucketMs = windowMs / bucketCount;
  }

  /** How likely a call is shed that comes now, 0 to 1. */
  ratioFor(rank: number, nowMs: number): number {
    this.#turnTo(nowMs);
    const requests = this.#requestsBelow(acceptColumn);
    const accepts = this.#sums[acceptColumn] ?? 0;
    const ratio = Math.max(0, (requests - this.#k * accepts) / (requests + 1));
    if (ratio === 0 || (rank === criticalRank && ratio <= criticalFromRatio)) return 0;
    const missing = Math.max(0, ratio * requests - this.#requestsBelow(rank));
    const own = this.#sums[rank] ?? 0;
    // The first of its priority is like the others, unless there are enough that matter less.
    if (own === 0) return missing === 0 ? 0 : ratio;
    return Math.min(1, missing / own);
  }

  request(rank: number): void {
    this.#add(rank, this.#bucket, 1);
  }

  accept(nowMs: number): void {
    this.#turnTo(nowMs);
    this.#add(acceptColumn, this.#bucket, 1);
  }

  /** Of this request nothing was learned. */
  forget(rank: number, startedMs: number, nowMs: number): void {
    this.#turnTo(nowMs);
    const bucket = Math.floor(startedMs / this.#bucketMs);
    if (this.#bucket - bucket < bucketCount) this.#add(rank, bucket, -1);
  }

  /** Of all ranks below that one. */
  #requestsBelow(rank: number): number {
    let count = 0;
    for (let at = 0; at < rank; at++) count += this.#sums[at] ?? 0;
    return count;
  }

  #add(column: number, bucket: number, count: number): void {
    const at = (bucket % bucketCount) * columnCount + column;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
    this.#sums[column] = (this.#sums[column] ?? 0) + count;
  }

  /** Empties the buckets that time has passed over. */
  #turnTo(nowMs: number): void {
    const bucket = Math.floor(nowMs / this.#bucketMs);
    const first = Math.max(this.#bucket + 1, bucket - bucketCount + 1);
    for (let old = first; old <= bucket; old++) {
      const from = (old % bucketCount) * columnCount;
      for (let column = 0; column < columnCount; column++)
        this.#add(column, old, -(this.#counts[from + column] ?? 0));
    }
    this.#bucket = Math.max(this.#bucket, bucket);
  }
}

const bucketCount = 60;
const columnCount = priorities.length + 1;
const acceptColumn = priorities.length;
const criticalRank = priorities.indexOf('critical');

/** Up to this share of shed calls, critical ones are not among them. */
const criticalFromRatio = 0.9;
