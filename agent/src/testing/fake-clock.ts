import { setImmediate } from 'node:timers/promises';
import type { Clock, TimerHandle } from '@holdfast/shared';

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  readonly #startAt: number;
  #elapsedMs = 0;
  #timers: FakeTimer[] = [];

  /** `startAt` is the epoch millisecond that `now()` first shows. Default 0. */
  constructor(startAt = 0) {
    this.#startAt = startAt;
  }

  now(): number {
    return this.#startAt + this.#elapsedMs;
  }

  /** Milliseconds since the clock was made. */
  monotonic(): number {
    return this.#elapsedMs;
  }

  setTimeout(run: () => void, delayMs: number): TimerHandle {
    const timer: FakeTimer = { dueMs: this.#elapsedMs + (delayMs > 0 ? delayMs : 0), run }; // NaN is 0
    const later = this.#timers.findIndex((other) => other.dueMs > timer.dueMs);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /**
   * Moves the clock on by `ms`. Runs the timers that come due in their order, those that they set included,
   * each at its own time, and waits for what they start: every promise that needs nothing but promises has
   * settled when this returns.
   */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await setImmediate();
    for (let due = this.#takeDue(untilMs); due !== undefined; due = this.#takeDue(untilMs)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, due.dueMs);
      due.run();
      await setImmediate();
    }
    this.#elapsedMs = Math.max(this.#elapsedMs, untilMs);
  }

  #takeDue(untilMs: number): FakeTimer | undefined {
    const [first] = this.#timers;
    if (first === undefined || first.dueMs > untilMs) return undefined;
    this.#timers.shift();
    return first;
  }
}

interface FakeTimer {
  readonly dueMs: number;
  readonly run: () => void;
}
