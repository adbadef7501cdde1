import type { Clock, TimerHandle } from '@holdfast/shared';
import type { Fault } from './fault-book.ts';
import type { FaultKind, FaultSettings } from './options.ts';

export interface ActiveFaultInit {
  readonly name: string;
  readonly settings: FaultSettings;
  readonly untilAt: number;
  /** Why it does not start, where it does not. */
  readonly offBecause: string | undefined;
}

/** A fault from its start to its end, which its own time brings at the latest. */
export class ActiveFault implements Fault {
  readonly name: string;
  readonly settings: FaultSettings;
  readonly untilAt: number;
  injectedCount = 0;
  offBecause: string | undefined;
  /** Ends the waits of calls that it delays. */
  readonly #waiting = new Set<() => void>();
  readonly #onStop: (cause: string) => void;
  readonly #timer: TimerHandle | undefined;

  /** `onStop` is called once, where it was on. */
  constructor(init: ActiveFaultInit, clock: Clock, onStop: (cause: string) => void) {
    this.name = init.name;
    this.settings = init.settings;
    this.untilAt = init.untilAt;
    this.offBecause = init.offBecause;
    this.#onStop = onStop;
    if (this.isOn) this.#timer = clock.setTimeout(() => this.stop('its time is over'), init.settings.forMs);
  }

  get kind(): FaultKind {
    return this.settings.kind;
  }

  get isOn(): boolean {
    return this.offBecause === undefined;
  }

  stop(cause = 'stopped'): void {
    if (!this.isOn) return;
    this.offBecause = cause;
    this.#timer?.cancel();
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    this.#onStop(cause);
  }

  /** Until the time is over or the fault ends. Rejects with the signal's reason when the call is given up. */
  wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        timer.cancel();
        this.#waiting.delete(end);
        signal.removeEventListener('abort', end);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      const timer = clock.setTimeout(end, delayMs, { keepsAlive: true });
      this.#waiting.add(end);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  }
}
