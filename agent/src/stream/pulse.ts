import type { Clock, TimerHandle } from '@holdfast/shared';

/** Calls `beat` once a second without drifting. Seconds that a blocked process missed are left out. */
export class Pulse {
  readonly #clock: Clock;
  readonly #beat: () => void;
  #timer: TimerHandle | undefined;
  #nextAt = 0;

  constructor(clock: Clock, beat: () => void) {
    this.#clock = clock;
    this.#beat = beat;
  }

  start(): void {
    this.#nextAt = this.#clock.monotonic();
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    const now = this.#clock.monotonic();
    this.#nextAt += beatMs;
    if (this.#nextAt <= now) this.#nextAt = now + beatMs;
    this.#timer = this.#clock.setTimeout(() => {
      this.#arm();
      this.#beat();
    }, this.#nextAt - now);
  }
}

const beatMs = 1_000;
