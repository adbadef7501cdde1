import type { Clock } from '@holdfast/shared';

/**
 * The collector's clock as seen from here, from the round trips of greetings and pings. The one with the
 * shortest trip of the last eight says the most.
 */
export class CollectorClock {
  readonly #clock: Clock;
  readonly #samples: Sample[] = [];
  /** When the newest greeting left, of the monotonic clock. */
  #greetedMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What to add to this process's clock to get the collector's; 0 before the first round trip. */
  get offsetMs(): number {
    return this.#best?.offsetMs ?? 0;
  }

  /** Epoch milliseconds by the collector's clock. */
  now(): number {
    return this.#clock.now() + this.offsetMs;
  }

  /** Clocks may have been set: what was measured says nothing any more. */
  forget(): void {
    this.#samples.length = 0;
  }

  /** A greeting leaves: the time that it tells the collector, epoch milliseconds. */
  greet(): number {
    this.#greetedMs = this.#clock.monotonic();
    return this.#clock.now();
  }

  /** Whether our clock was set since the newest greeting left at `greetedAt`: it told a wrong time then. */
  wasSetSince(greetedAt: number): boolean {
    const passedMs = this.#clock.monotonic() - this.#greetedMs;
    return Math.abs(this.#clock.now() - greetedAt - passedMs) > driftMs;
  }

  /**
   * A round trip that began at `sentAt` by our clock and was answered at `answeredAt` by the collector's.
   * True where one of the clocks must have been set since the trips before, which then count no more.
   */
  sample(sentAt: number, answeredAt: number): boolean {
    const receivedAt = this.#clock.now();
    const tripMs = receivedAt - sentAt;
    if (tripMs < 0) return false; // the clock was set back in between
    // Whole: times that it is taken from are shown to people and stored.
    const offsetMs = Math.round(answeredAt - (sentAt + receivedAt) / 2);
    const best = this.#best;
    // A trip tells the offset to within half of its length.
    const wasSet =
      best !== undefined && Math.abs(offsetMs - best.offsetMs) > (tripMs + best.tripMs) / 2 + driftMs;
    if (wasSet) this.forget();
    this.#samples.push({ tripMs, offsetMs });
    if (this.#samples.length > sampleCount) this.#samples.shift();
    return wasSet;
  }

  get #best(): Sample | undefined {
    return this.#samples.reduce<Sample | undefined>(
      (shortest, sample) => (shortest === undefined || sample.tripMs < shortest.tripMs ? sample : shortest),
      undefined,
    );
  }
}

interface Sample {
  readonly tripMs: number;
  readonly offsetMs: number;
}

const sampleCount = 8;
/** Clocks that nobody set stay closer together than this for the time of eight round trips. */
const driftMs = 500;
