import type { Random, Spread } from '@holdfast/shared';

/**
 * How long to wait before the next attempt, with full jitter: U(0, min(30 s, max(1 s, n / rate, 1 s · 2^k)))
 * after k failures. What n and rate are the collector says, so that a crowd of agents does not return to one
 * that was restarted faster than it can take them.
 */
export class Backoff {
  readonly #random: Random;
  #failures = 0;
  #spreadMs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The collector has said how many would come back. */
  spread({ agents, perSecond }: Spread = { agents: 0, perSecond: 1 }): void {
    this.#spreadMs = (1_000 * agents) / Math.max(1, perSecond);
  }

  /** All is well again; so many would come back now, where that is known. */
  reset(spread?: Spread): void {
    this.#failures = 0;
    if (spread !== undefined) this.spread(spread);
  }

  /** Coming back soon is of no use. */
  slowDown(): void {
    this.#failures = failuresForCap;
  }

  /** The time until the next attempt; longer after each. */
  nextMs(): number {
    const limitMs = Math.min(capMs, Math.max(this.#spreadMs, baseMs * 2 ** this.#failures));
    this.#failures = Math.min(failuresForCap, this.#failures + 1);
    return this.#random() * limitMs;
  }
}

const baseMs = 1_000;
const capMs = 30_000;
/** After so many failures the waiting time no longer grows. */
const failuresForCap = 5;
