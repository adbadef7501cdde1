/** Time as it is handed in, so that tests can turn the hands. */
export interface Clock {
  /** Wall-clock time, epoch milliseconds. */
  now(): number;
  /** Milliseconds with a fraction that never run backwards; the origin means nothing. */
  monotonic(): number;
  /**
   * Calls `run` once after `delayMs`. A timer of the production clock keeps no process alive unless it is
   * asked to.
   */
  setTimeout(run: () => void, delayMs: number, options?: TimerOptions): TimerHandle;
  /**
   * Calls `run` each time that the process is about to end, as nothing keeps it alive any more: a timer that
   * `run` sets may. A clock without it knows no such end.
   */
  onIdle?(run: () => void): void;
}

export interface TimerOptions {
  /** Where the host's own work waits for it: a process that has nothing else left must not end before. */
  readonly keepsAlive?: boolean;
}

export interface TimerHandle {
  cancel(): void;
}

/** A number in [0, 1), as `Math.random` gives. */
export type Random = () => number;
