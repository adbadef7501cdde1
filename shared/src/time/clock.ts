/** Time as it is handed in, so that tests can turn the hands. */
export interface Clock {
  /** Wall-clock time, epoch milliseconds. */
  now(): number;
  /** Milliseconds with a fraction that never run backwards; the origin means nothing. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`. A timer of the production clock never keeps a process alive. */
  setTimeout(run: () => void, delayMs: number): TimerHandle;
}

export interface TimerHandle {
  cancel(): void;
}

/** A number in [0, 1), as `Math.random` gives. */
export type Random = () => number;
