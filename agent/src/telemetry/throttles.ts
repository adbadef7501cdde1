import type { Clock, ThrottledClass, Throttles as Asked } from '@holdfast/shared';

/** What the collector has asked for less of, and until when. Other classes than these cannot be throttled. */
export class Throttles {
  readonly #clock: Clock;
  readonly #until = new Map<ThrottledClass, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isOn(name: ThrottledClass): boolean {
    return this.#clock.monotonic() < (this.#until.get(name) ?? 0);
  }

  /** What it does not name from now on is not throttled any more. */
  set(asked: Asked): void {
    this.#until.clear();
    for (const name of throttledClasses) {
      const forMs = Math.min(asked[name] ?? 0, longestMs);
      if (forMs > 0) this.#until.set(name, this.#clock.monotonic() + forMs);
    }
  }
}

const throttledClasses: readonly ThrottledClass[] = ['sample', 'rollup'];
const longestMs = 3_600_000;
