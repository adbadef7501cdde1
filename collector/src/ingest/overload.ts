import type { Clock, Throttles } from '@holdfast/shared';
import { done, type Outcome, refused } from '../refusal.ts';

/**
 * What agents are asked to spare the collector; `load` is how much of what may wait for the log does, 0 to 1.
 * Samples go first, then the resolution of rollups, and above three quarters nobody new is let in.
 */
export function throttlesAt(load: number): { readonly throttles?: Throttles } {
  if (load < 0.25) return {};
  return { throttles: load < 0.5 ? { sample: sampleMs } : { sample: sampleMs, rollup: rollupMs } };
}

const sampleMs = 10_000;
/** With the minute that rollups then take, all of them still come within it once the load is over. */
const rollupMs = 50_000;
const fullLoad = 0.75;

/** How many connections a second one core can take without holding up those that it has. */
export const admissionsPerSecond = 500;

/** A bucket of tokens that every new connection takes one of, before it costs anything. */
export class Door {
  private readonly clock: Clock;
  private tokens: number = admissionsPerSecond;
  private filledAt: number;
  private refusedCount = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    this.filledAt = clock.monotonic();
  }

  /**
   * Whether one more may come in, where so many wait for their welcome; if not, when to come back: those who
   * are refused are spread.
   */
  admit(load: number, greetingCount: number): Outcome<undefined> {
    const now = this.clock.monotonic();
    const filled = this.tokens + ((now - this.filledAt) * admissionsPerSecond) / 1_000;
    this.tokens = Math.min(admissionsPerSecond, filled);
    this.filledAt = now;
    if (this.tokens >= 1 && load < fullLoad && greetingCount < mostGreetings) {
      this.tokens -= 1;
      return done(undefined);
    }
    const retryAfterSeconds = 1 + (this.refusedCount++ % spreadSeconds);
    return refused('unavailable', 'more connections come than can be taken now', { retryAfterSeconds });
  }
}

const spreadSeconds = 5;
/** Who has to wait long for a welcome gives up and comes again, and nobody would be welcomed any more. */
const mostGreetings = 200;
