import type { Clock, TimerHandle } from '@holdfast/shared';

/** Does something 20 ms after it was asked for; who asks in the meantime is served with it. */
export class Soon {
  readonly #clock: Clock;
  readonly #run: () => void;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, run: () => void) {
    this.#clock = clock;
    this.#run = run;
  }

  ask(): void {
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#run();
    }, delayMs);
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}

const delayMs = 20;
