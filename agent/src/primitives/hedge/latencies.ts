import { bucketCount, bucketOf, percentile, toSparse } from '@holdfast/shared';
import type { PercentileOptions } from './options.ts';

/** How long calls take, the latest counting most. */
export class Latencies {
  readonly #ratio: number;
  readonly #minimumCalls: number;
  readonly #counts = new Uint32Array(bucketCount);
  #callCount = 0;
  #freshCount = 0;
  #delayMs: number | undefined;

  constructor({ ratio, minimumCalls }: Required<PercentileOptions>) {
    this.#ratio = ratio;
    this.#minimumCalls = minimumCalls;
  }

  /** What that share of the calls did not exceed; nothing while too few are known. At most 2.7 % off. */
  get delayMs(): number | undefined {
    return this.#delayMs;
  }

  add(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#callCount += 1;
    this.#freshCount += 1;
    if (this.#freshCount < refreshEvery && this.#delayMs !== undefined) return;
    if (this.#callCount < this.#minimumCalls) return;
    this.#freshCount = 0;
    this.#delayMs = percentile(toSparse(this.#counts), this.#ratio);
    if (this.#callCount >= Math.max(halveAt, 2 * this.#minimumCalls)) this.#halve();
  }

  /** What was long ago weighs less and less. */
  #halve(): void {
    this.#callCount = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const half = (this.#counts[bucket] ?? 0) >>> 1;
      this.#counts[bucket] = half;
      this.#callCount += half;
    }
  }
}

/** Calls between two readings of the histogram: it is too dear for each call. */
const refreshEvery = 100;
const halveAt = 2_000;
