import type { ResilienceError } from '../../errors.ts';
import type { DeadlineList } from '../../time/deadlines.ts';
import type { Slots } from '../bulkhead/slots.ts';
import type { CallContext, CallOptions, Guarded } from '../call.ts';
import type { BreakerGate } from '../circuit-breaker/gate.ts';
import type { Failure } from '../failure.ts';
import type { StandIn } from '../fallback/stand-in.ts';
import type { RetryPolicy } from '../retry/policy.ts';

/** What a call passes, outermost first. Each may be absent. */
export interface Layers {
  readonly standIn?: StandIn | undefined;
  readonly loadShedder?: Entrance | undefined;
  readonly rateLimiter?: Entrance | undefined;
  readonly bulkhead?: Slots | undefined;
  readonly totalTimeout?: DeadlineList | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly breaker?: BreakerGate | undefined;
  readonly timeout?: DeadlineList | undefined;
  readonly hedge?: Inner | undefined;
  readonly faults?: Inner | undefined;
}

/** A layer that decides once whether a call may come in: a load shedder, a rate limiter. */
export interface Entrance {
  /**
   * Nothing where the call may come in now, a place in the line where it must wait for its turn, or why it is
   * turned away. The layer counts the rejection itself. `nowMs` is monotonic.
   */
  admit(nowMs: number, options: CallOptions | undefined): ResilienceError | Turn | undefined;
  /** A call that was let in has its slot in the bulkhead, after so long in its queue. */
  began?(waitMs: number, nowMs: number, options: CallOptions | undefined): void;
  /** A call that was let in is over. `outcome` is its column in the counters. */
  leave?(outcome: number, nowMs: number, call: Course): void;
}

/** A place in the line before an entrance. */
export interface Turn {
  /** Set by whom the place is for; called when the turn has come. */
  letIn: (nowMs: number) => void;
  /** Gives the place up. Does nothing where the turn has come. */
  cancel(): void;
}

/** What a layer may know of a call when it is over. Times are monotonic. */
export interface Course {
  /** How important it is, from 0. */
  readonly rank: number;
  readonly startedMs: number;
  /** When its first attempt began. */
  readonly firstMs: number;
  /** Its last failure; not what it ended with where the outcome is a success. */
  readonly lastFailure: Failure | undefined;
}

/** A layer around the function itself: a hedge, fault injection. It answers what the function would. */
export interface Inner {
  run(fn: Guarded<unknown>, call: CallContext): unknown;
}
