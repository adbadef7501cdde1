import type { Clock, TimerHandle } from '@holdfast/shared';

/**
 * Calls `beat` once a second, or as often as it is told, without drifting. Beats that a blocked process
 * missed are left out.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #beat: () => void;
  readonly #everyMs: number;
  #timer: TimerHandle | undefined;
  #nextAt = 0;

  constructor(clock: Clock, beat: () => void, everyMs: number = 1_000) {
    this.#clock = clock;
    this.#beat = beat;
    this.#everyMs = everyMs;
  }

  /** Starts it, or again from now. */
  start(): void {
    this.stop();
    this.#nextAt = this.#clock.monotonic();
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    const now = this.#clock.monotonic();
    this.#nextAt += this.#everyMs;
    if (this.#nextAt <= now) this.#nextAt = now + this.#everyMs;
    this.#timer = this.#clock.setTimeout(() => {
      this.#arm();
      this.#beat();
    }, this.#nextAt - now);
  }
}
