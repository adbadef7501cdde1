import type { TimerHandle } from '@holdfast/shared';

/** A session that is to end once everything is stored. */
export class Drain {
  readonly #timer: TimerHandle;
  readonly #resolve: () => void;
  #attempts = 0;

  constructor(timer: TimerHandle, resolve: () => void) {
    this.#timer = timer;
    this.#resolve = resolve;
  }

  /** A connection has ended: whether another is worth it. */
  mayTryAgain(): boolean {
    this.#attempts += 1;
    return this.#attempts <= maxAttempts;
  }

  end(): void {
    this.#timer.cancel();
    this.#resolve();
  }
}

const maxAttempts = 3;
