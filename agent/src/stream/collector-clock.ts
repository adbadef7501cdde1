import type { Clock } from '@holdfast/shared';

/**
 * The collector's clock as seen from here, from the round trips of greetings and pings. The one with the
 * shortest trip of the last eight says the most.
 */
export class CollectorClock {
  readonly #clock: Clock;
  readonly #samples: { readonly tripMs: number; readonly offsetMs: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What to add to this process's clock to get the collector's; 0 before the first round trip. */
  get offsetMs(): number {
    const best = this.#samples.reduce<{ tripMs: number; offsetMs: number } | undefined>(
      (shortest, sample) => (shortest === undefined || sample.tripMs < shortest.tripMs ? sample : shortest),
      undefined,
    );
    return best?.offsetMs ?? 0;
  }

  /** Epoch milliseconds by the collector's clock. */
  now(): number {
    return this.#clock.now() + this.offsetMs;
  }

  /** Clocks may have been set: what was measured says nothing any more. */
  forget(): void {
    this.#samples.length = 0;
  }

  /** A round trip that began at `sentAt` by our clock and was answered at `answeredAt` by the collector's. */
  sample(sentAt: number, answeredAt: number): void {
    const receivedAt = this.#clock.now();
    const tripMs = receivedAt - sentAt;
    if (tripMs < 0) return; // the clock was set back in between
    // Whole: times that it is taken from are shown to people and stored.
    const offsetMs = Math.round(answeredAt - (sentAt + receivedAt) / 2);
    this.#samples.push({ tripMs, offsetMs });
    if (this.#samples.length > sampleCount) this.#samples.shift();
  }
}

const sampleCount = 8;
