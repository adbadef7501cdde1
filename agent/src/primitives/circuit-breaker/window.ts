import type { BreakerSettings } from './options.ts';

/** The outcomes that decide. Recording allocates nothing. */
export interface OutcomeWindow {
  readonly callCount: number;
  readonly failureCount: number;
  readonly slowCallCount: number;
  /** `outcome` is a sum of `failed` and `slow`; `second` the epoch second in which it ended. */
  record(outcome: number, second: number): void;
  /** Forgets what is too old in this second. */
  moveTo(second: number): void;
  /** What it holds, oldest first. */
  outcomes(second: number): Iterable<PastOutcome>;
}

export interface PastOutcome {
  readonly outcome: number;
  readonly second: number;
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
  second: number,
): OutcomeWindow {
  const created = createWindow(window);
  for (const { outcome, second: endedIn } of past.outcomes(second)) created.record(outcome, endedIn);
  created.moveTo(second);
  return created;
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

  *outcomes(second: number): Iterable<PastOutcome> {
    const oldest = this.#next - this.callCount + this.#size;
    for (let index = 0; index < this.callCount; index++)
      yield { outcome: this.#ring?.[(oldest + index) % this.#size] ?? 0, second };
  }
}

/** The outcomes of the last `seconds` epoch seconds, in a bucket for each second. */
export class TimeWindow implements OutcomeWindow {
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

  record(outcome: number, second: number): void {
    this.#buckets ??= new Uint32Array(this.#seconds * 3);
    if (second !== this.#second) this.moveTo(second);
    const at = (this.#second % this.#seconds) * 3;
    this.#add(at, 1, outcome & failed, outcome >> 1);
  }

  moveTo(second: number): void {
    const passed = Math.min(second - this.#second, this.#seconds);
    if (passed <= 0) return;
    for (let gone = second - passed + 1; gone <= second; gone++) this.#drop((gone % this.#seconds) * 3);
    this.#second = second;
  }

  *outcomes(second: number): Iterable<PastOutcome> {
    this.moveTo(second);
    for (let past = this.#second - this.#seconds + 1; past <= this.#second; past++) {
      const at = (past % this.#seconds) * 3;
      const calls = this.#read(at);
      // Within a second the order is not known: the good ones go first, so that the bad ones are kept.
      for (let left = calls; left > 0; left--)
        yield {
          outcome: (left <= this.#read(at + 1) ? failed : 0) + (left <= this.#read(at + 2) ? slow : 0),
          second: past,
        };
    }
  }

  #drop(at: number): void {
    this.#add(at, -this.#read(at), -this.#read(at + 1), -this.#read(at + 2));
  }

  #add(at: number, calls: number, failures: number, slowCalls: number): void {
    const buckets = this.#buckets;
    if (buckets === undefined) return;
    buckets[at] = this.#read(at) + calls;
    buckets[at + 1] = this.#read(at + 1) + failures;
    buckets[at + 2] = this.#read(at + 2) + slowCalls;
    this.callCount += calls;
    this.failureCount += failures;
    this.slowCallCount += slowCalls;
  }

  #read(at: number): number {
    return this.#buckets?.[at] ?? 0;
  }
}
