import type { RateLimiterSettings } from './options.ts';

/**
 * When calls may come in. It hands out times, one after the other; whoever gets one that is still to come
 * waits for it. All times are monotonic.
 */
export interface Allowance {
  /** How long whoever comes now has to wait; 0 or less: not at all. */
  waitMs(nowMs: number): number;
  /** Hands out the next time, or so many of them. */
  take(nowMs: number, count?: number): void;
  /** Takes the latest time back. */
  giveBack(): void;
  /** The time handed out to the first of so many that wait. */
  turnMs(waitingCount: number): number;
  /** How many may come in at once. */
  available(nowMs: number): number;
}

export function createAllowance(settings: RateLimiterSettings): Allowance {
  return settings.kind === 'token_bucket' ? new TokenBucket(settings) : new SlidingWindow(settings);
}

/**
 * A bucket of `burst` tokens that fills by `limit` per `perMs`, as one number: when it would be full again.
 * That is the generic cell rate algorithm in its form of virtual scheduling (GCRA, ITU-T I.371).
 */
class TokenBucket implements Allowance {
  readonly #everyMs: number;
  readonly #fillsInMs: number;
  #fullMs = Number.NEGATIVE_INFINITY;

  constructor({ limit, perMs, burst }: RateLimiterSettings) {
    this.#everyMs = perMs / limit;
    this.#fillsInMs = this.#everyMs * burst;
  }

  waitMs(nowMs: number): number {
    return this.#fullMs + this.#everyMs - this.#fillsInMs - nowMs;
  }

  take(nowMs: number, count = 1): void {
    this.#fullMs = Math.max(this.#fullMs, nowMs) + this.#everyMs * count;
  }

  giveBack(): void {
    this.#fullMs -= this.#everyMs;
  }

  turnMs(waitingCount: number): number {
    return this.#fullMs - this.#fillsInMs - (waitingCount - 1) * this.#everyMs;
  }

  available(nowMs: number): number {
    const missingMs = Math.max(0, this.#fullMs - nowMs);
    return Math.max(0, Math.floor((this.#fillsInMs - missingMs + slackMs) / this.#everyMs));
  }
}

/** The times of the last calls. One may come when fewer than `limit` of them are less than `perMs` ago. */
class SlidingWindow implements Allowance {
  readonly #limit: number;
  readonly #perMs: number;
  /** Ascending; those of calls that wait are still to come. */
  #times: number[] = [];
  /** Where the window begins: those before it are over. */
  #from = 0;

  constructor({ limit, perMs }: RateLimiterSettings) {
    this.#limit = limit;
    this.#perMs = perMs;
  }

  waitMs(nowMs: number): number {
    this.#forget(nowMs);
    return this.#nextMs(nowMs) - nowMs;
  }

  take(nowMs: number, count = 1): void {
    for (let taken = 0; taken < count; taken++) this.#times.push(this.#nextMs(nowMs));
  }

  giveBack(): void {
    this.#times.pop();
  }

  turnMs(waitingCount: number): number {
    return this.#times[this.#times.length - waitingCount] ?? 0;
  }

  available(nowMs: number): number {
    this.#forget(nowMs);
    return Math.max(0, this.#limit - (this.#times.length - this.#from));
  }

  #nextMs(nowMs: number): number {
    const at = this.#times.length - this.#limit;
    const leaves = at < this.#from ? undefined : this.#times[at];
    return leaves === undefined ? nowMs : Math.max(nowMs, leaves + this.#perMs);
  }

  #forget(nowMs: number): void {
    const times = this.#times;
    while (this.#from < times.length && (times[this.#from] ?? 0) + this.#perMs <= nowMs + slackMs)
      this.#from += 1;
    // In one go, when it is worth it: shifting each would move all the others.
    if (this.#from < 64 || this.#from * 2 < times.length) return;
    this.#times = times.slice(this.#from);
    this.#from = 0;
  }
}

/** Fractions of milliseconds add up inexactly: who comes a microsecond early is let in. */
export const slackMs = 0.001;
