import type { Clock, TimerHandle } from '@holdfast/shared';
import type { LoadShedderSettings } from './options.ts';

/** Something that says how overloaded this side is. All times are monotonic. */
export interface Signal {
  /** Calls of normal priority are shed from 1. `waitMs` is how long the call has waited, where known. */
  pressure(nowMs: number, waitMs: number | undefined): number;
  /** What is the matter, in words. */
  describe(): string;
  /** When it may be over. */
  retryAfterMs?(nowMs: number): number;
}

/**
 * The time that calls wait in a queue. It is overload where every call of an interval had to wait for longer
 * than the target: a burst is over sooner. Then a call is shed that has waited for twice the target; where
 * its wait is still to come, that of the last call out of the queue stands for it. The first call of an
 * interval that says its own wait is let in. As CoDel in folly (`folly/executors/Codel.cpp`).
 */
export class QueueTime implements Signal {
  readonly #targetMs: number;
  readonly #intervalMs: number;
  #endMs = 0;
  /** In this interval. */
  #leastMs = Number.POSITIVE_INFINITY;
  #lastMs = 0;
  #isOverloaded = false;

  constructor({ targetMs, intervalMs }: NonNullable<LoadShedderSettings['queueTime']>) {
    this.#targetMs = targetMs;
    this.#intervalMs = intervalMs;
  }

  note(waitMs: number, nowMs: number): void {
    this.#turnTo(nowMs);
    this.#leastMs = Math.min(this.#leastMs, waitMs);
    this.#lastMs = waitMs;
  }

  pressure(nowMs: number, waitMs: number | undefined): number {
    this.#turnTo(nowMs);
    const isFirst = this.#leastMs === Number.POSITIVE_INFINITY;
    if (waitMs !== undefined) this.note(waitMs, nowMs);
    if (!this.#isOverloaded || (isFirst && waitMs !== undefined)) return 0;
    return this.#lastMs / (2 * this.#targetMs);
  }

  describe(): string {
    return `calls wait ${Math.round(this.#lastMs)} ms for their turn`;
  }

  retryAfterMs(nowMs: number): number {
    return Math.max(0, Math.ceil(this.#endMs - nowMs));
  }

  #turnTo(nowMs: number): void {
    if (nowMs < this.#endMs) return;
    // Where nothing has come out of a queue for an interval, nothing waits in it.
    const isFresh = nowMs < this.#endMs + this.#intervalMs && this.#leastMs < Number.POSITIVE_INFINITY;
    this.#isOverloaded = isFresh && this.#leastMs > this.#targetMs;
    this.#leastMs = Number.POSITIVE_INFINITY;
    this.#endMs = nowMs + this.#intervalMs;
  }
}

/**
 * How late a timer is, smoothed: so long does whatever is due wait for the event loop. A single pause, such
 * as a garbage collection, counts for a quarter. Nothing is measured while no calls come.
 */
export class EventLoopLag implements Signal {
  readonly #clock: Clock;
  readonly #limitMs: number;
  #timer: TimerHandle | undefined;
  #dueMs = 0;
  #isUsed = false;
  #lagMs = 0;
  /** As the last call found it. */
  #shownMs = 0;

  constructor(clock: Clock, { limitMs }: NonNullable<LoadShedderSettings['eventLoopLag']>) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  pressure(nowMs: number): number {
    this.#isUsed = true;
    if (this.#timer === undefined) this.#arm(nowMs);
    // A timer that is overdue will be late by so much at least.
    this.#shownMs = this.#with(Math.max(this.#lagMs, nowMs - this.#dueMs));
    return this.#shownMs / this.#limitMs;
  }

  describe(): string {
    return `the event loop lags ${Math.round(this.#shownMs)} ms`;
  }

  retryAfterMs(nowMs: number): number {
    return Math.max(1, Math.ceil(this.#dueMs - nowMs));
  }

  #with(sampleMs: number): number {
    return this.#lagMs + (sampleMs - this.#lagMs) / 4;
  }

  #arm(nowMs: number): void {
    this.#dueMs = nowMs + sampleEveryMs;
    this.#timer = this.#clock.setTimeout(() => this.#sample(), sampleEveryMs);
  }

  #sample(): void {
    const nowMs = this.#clock.monotonic();
    this.#timer = undefined;
    this.#lagMs = this.#isUsed ? this.#with(nowMs - this.#dueMs) : 0;
    if (!this.#isUsed) return;
    this.#isUsed = false;
    this.#arm(nowMs);
  }
}

/** How many calls are under way. */
export class Concurrency implements Signal {
  readonly limit: number;
  inFlightCount = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  pressure(): number {
    return this.inFlightCount / this.limit;
  }

  describe(): string {
    return `${this.inFlightCount} calls are under way`;
  }
}

const sampleEveryMs = 20;
