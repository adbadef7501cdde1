import type { Clock, TimerHandle } from '@holdfast/shared';
import type { Outbox } from './outbox.ts';

interface Wait {
  /** The sequence number below which all must be stored; `undefined` while not everything is sealed. */
  until: number | undefined;
  readonly timer: TimerHandle;
  readonly resolve: () => void;
}

/** Those who wait until what they have is stored. */
export class FlushWaits {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #waits = new Set<Wait>();

  constructor(outbox: Outbox, clock: Clock) {
    this.#outbox = outbox;
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#waits.size === 0;
  }

  /** Resolves once all that waits now is stored, or the time is over. */
  add(deadlineMs: number, ended: () => void): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waits.delete(wait);
        ended();
        resolve();
      };
      const timer = this.#clock.setTimeout(end, deadlineMs);
      const wait: Wait = { until: undefined, timer, resolve: end };
      this.#waits.add(wait);
    });
  }

  /** To be called after each sealing and each acknowledgement. */
  settle(): void {
    for (const wait of this.#waits) {
      if (this.#outbox.isSealed) wait.until ??= this.#outbox.next;
      if (wait.until !== undefined && this.#outbox.first >= wait.until) this.#end(wait);
    }
  }

  /** Nothing more will be stored soon. */
  endAll(): void {
    for (const wait of this.#waits) this.#end(wait);
  }

  #end({ timer, resolve }: Wait): void {
    timer.cancel();
    resolve();
  }
}
