import type { ResilienceError } from '../../errors.ts';
import type { DeadlineList } from '../../time/deadlines.ts';
import type { Slots } from '../bulkhead/slots.ts';
import type { CallContext, CallOptions, Guarded } from '../call.ts';
import type { BreakerGate } from '../circuit-breaker/gate.ts';
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
   * Nothing where the call may come in now, the milliseconds that it must wait for its turn, or why it is
   * turned away. The layer counts the rejection itself. `nowMs` is monotonic.
   */
  admit(nowMs: number, options: CallOptions | undefined): ResilienceError | number | undefined;
  /** A call that was to wait has given up before its turn. */
  giveUp?(options: CallOptions | undefined): void;
  /** A call that was let in is over. `outcome` is its column in the counters, `startedMs` when it came in. */
  leave?(outcome: number, nowMs: number, startedMs: number): void;
}

/** A layer around the function itself: a hedge, fault injection. It answers what the function would. */
export interface Inner {
  run(fn: Guarded<unknown>, call: CallContext): unknown;
}
