import type { TimerHandle } from '@holdfast/shared';

/** Why an endpoint is out of the rotation, and how long. */
export interface Ejection {
  /** What ends it: time, or a probe that passes. */
  readonly by: 'calls' | 'check';
  /** In words. */
  readonly cause: string;
  /** Epoch milliseconds: its end, or when the next probe is due. */
  readonly untilAt: number;
}

/** One endpoint of a pool, with what is known of it. */
export class Member<E> {
  /** What people call it. */
  readonly id: string;
  /** The same as it may leave the process. */
  readonly label: string;
  endpoint: E;
  inFlightCount = 0;
  /** Failures since the last success. */
  failureCount = 0;
  /** Whether its last call ended with an error of any kind. */
  hasErred = false;
  /** Calls of the present interval that say something about the endpoint. */
  callCount = 0;
  successCount = 0;
  /** Since when it is in the rotation, in monotonic milliseconds. */
  readySinceMs: number;
  ejection: Ejection | undefined = undefined;
  /** Ejections that are not forgotten yet. */
  ejectionCount = 0;
  /** Ends the ejection. */
  timer: TimerHandle | undefined = undefined;
  /** Whether its probes fail. */
  isFailingCheck = false;
  /** Ends its probes. */
  stopCheck: () => void = () => {};
  /** Whether it has left the pool. Its last calls may still be under way. */
  isGone = false;

  constructor(init: {
    readonly id: string;
    readonly label: string;
    readonly endpoint: E;
    readonly nowMs: number;
  }) {
    this.id = init.id;
    this.label = init.label;
    this.endpoint = init.endpoint;
    this.readySinceMs = init.nowMs;
  }
}
