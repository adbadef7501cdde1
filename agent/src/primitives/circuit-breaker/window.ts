import type { BreakerSettings } from './options.ts';

/** The outcomes that decide. Recording allocates nothing. Times are epoch milliseconds. */
export interface OutcomeWindow {
  readonly callCount: number;
  readonly failureCount: number;
  readonly slowCallCount: number;
  /** `outcome` is a sum of `failed` and `slow`. */
  record(outcome: number, endedAt: number): void;
  /** Forgets what is too old by then. */
  moveTo(at: number): void;
  /** What it holds by then, oldest first. */
  outcomes(at: number): Iterable<PastOutcome>;
}

export interface PastOutcome {
  readonly outcome: number;
  readonly endedAt: number;
}

/** Bits of an outcome. */
export const failed = 1;
export const slow = 2;

export function createWindow(window: BreakerSettings['window']): OutcomeWindow {
  return window.kind === 'count' ? new CountWindow(window.size) : new TimeWindow(window.seconds);
}

/** The newest outcomes of another window that fit into a new one. */
export function createWindowFrom(
  window: BreakerSettings['window'],
  past: OutcomeWindow,
  at: number,
): OutcomeWindow {
  const created = createWindow(window);
  for (const { outcome, endedAt } of past.outcomes(at)) created.record(outcome, endedAt);
  created.moveTo(at);
  return created;
}

/** Half open, the last outcomes of the probes decide, whatever kind of window the closed state has. */
export function probeWindow(settings: BreakerSettings): BreakerSettings['window'] {
  return { kind: 'count', size: settings.halfOpenCalls };
}

/** How many outcomes decide: never more than a count window holds. */
export function minimumOf(settings: BreakerSettings, window: BreakerSettings['window']): number {
  return window.kind === 'count' ? Math.min(settings.minimumCalls, window.size) : settings.minimumCalls;
}

/** The last `size` outcomes in a ring: a new one takes the oldest's place. */
export class CountWindow implements OutcomeWindow {
  callCount = 0;
  failureCount = 0;
  slowCallCount = 0;
  readonly #size: number;
  /** Made with the first outcome: most breakers of a large service are idle. */
  #ring: Uint8Array | undefined = undefined;
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  record(outcome: number): void {
    this.#ring ??= new Uint8Array(this.#size);
    const ring = this.#ring;
    const at = this.#next;
    if (this.callCount === this.#size) {
      const oldest = ring[at] ?? 0;
      this.failureCount -= oldest & failed;
      this.slowCallCount -= oldest >> 1;
    } else this.callCount += 1;
    ring[at] = outcome;
    this.failureCount += outcome & failed;
    this.slowCallCount += outcome >> 1;
    this.#next = at + 1 === this.#size ? 0 : at + 1;
  }

  moveTo(): void {}

  *outcomes(at: number): Iterable<PastOutcome> {
    const oldest = this.#next - this.callCount + this.#size;
    for (let index = 0; index < this.callCount; index++)
      yield { outcome: this.#ring?.[(oldest + index) % this.#size] ?? 0, endedAt: at };
  }
}

/** The outcomes of the last `seconds` epoch seconds, in a bucket for each second. */
class TimeWindow implements OutcomeWindow {
  callCount = 0;
  failureCount = 0;
  slowCallCount = 0;
  readonly #seconds: number;
  /** Calls, failures and slow calls of each second. */
  #buckets: Uint32Array | undefined = undefined;
  #second = 0;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  record(outcome: number, endedAt: number): void {
    this.#buckets ??= new Uint32Array(this.#seconds * 3);
    this.moveTo(endedAt);
    const at = (this.#second % this.#seconds) * 3;
    this.#buckets[at] = this.#read(at) + 1;
    this.#buckets[at + 1] = this.#read(at + 1) + (outcome & failed);
    this.#buckets[at + 2] = this.#read(at + 2) + (outcome >> 1);
    this.callCount += 1;
    this.failureCount += outcome & failed;
    this.slowCallCount += outcome >> 1;
  }

  moveTo(at: number): void {
    const second = Math.floor(at / 1_000);
    const passed = Math.min(second - this.#second, this.#seconds);
    if (passed <= 0) return;
    for (let gone = second - passed + 1; gone <= second; gone++) this.#drop((gone % this.#seconds) * 3);
    this.#second = second;
  }

  *outcomes(at: number): Iterable<PastOutcome> {
    this.moveTo(at);
    for (let past = this.#second - this.#seconds + 1; past <= this.#second; past++) {
      const bucket = (past % this.#seconds) * 3;
      // Within a second the order is not known: the good ones go first, so that the bad ones are kept.
      for (let left = this.#read(bucket); left > 0; left--)
        yield {
          outcome:
            (left <= this.#read(bucket + 1) ? failed : 0) + (left <= this.#read(bucket + 2) ? slow : 0),
          endedAt: past * 1_000,
        };
    }
  }

  #drop(at: number): void {
    this.callCount -= this.#read(at);
    this.failureCount -= this.#read(at + 1);
    this.slowCallCount -= this.#read(at + 2);
    this.#buckets?.fill(0, at, at + 3);
  }

  #read(at: number): number {
    return this.#buckets?.[at] ?? 0;
  }
}
