import type { Random } from '@holdfast/shared';

/**
 * How long to wait before the next attempt: full jitter, U(0, min(30 s, 0.5 s · 2^failures)), so that a crowd
 * of agents does not return to a restarted collector all at once.
 */
export class Backoff {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** All is well again. */
  reset(): void {
    this.#failures = 0;
  }

  /** Coming back soon is of no use. */
  slowDown(): void {
    this.#failures = failuresForCap;
  }

  /** The time until the next attempt; longer after each. */
  nextMs(): number {
    const limitMs = Math.min(capMs, baseMs * 2 ** this.#failures);
    this.#failures = Math.min(failuresForCap, this.#failures + 1);
    return this.#random() * limitMs;
  }
}

const baseMs = 500;
const capMs = 30_000;
/** After so many failures the waiting time no longer grows. */
const failuresForCap = 6;
