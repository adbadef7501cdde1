import { countIndex, type TimerHandle } from '@holdfast/shared';
import { noteError } from '../../classification/error-log.ts';
import { hasCode } from '../../errors.ts';
import { Deadline } from '../../time/deadlines.ts';
import type { Waiting } from '../bulkhead/slots.ts';
import type { CallOptions, Guarded } from '../call.ts';
import { countCancelled } from '../circuit-breaker/gate.ts';
import { type Failure, outcomeOf } from '../failure.ts';
import type { Progress } from '../retry/policy.ts';
import type { Attempt } from './attempt.ts';
import type { Engine } from './engine.ts';

/**
 * One call on its way through the layers. As a deadline it is first the wait in the queue, then the total
 * time.
 *
 * Calls are used again. So the end of a call comes last in each method, and a signal is aborted only after
 * it: what the host does on an abort may come back in here.
 */
export class Call extends Deadline implements Waiting, Progress {
  fn: Guarded<unknown> = nothing;
  attemptCount = 0;
  firstMs = 0;
  previousWaitMs = 0;
  readonly #engine: Engine;
  #options: CallOptions | undefined = undefined;
  #startedMs = 0;
  #resolve: (value: unknown) => void = nothing;
  #reject: (error: unknown) => void = nothing;
  #attempt: Attempt | undefined = undefined;
  #retryTimer: TimerHandle | undefined = undefined;
  #lastFailure: Failure | undefined = undefined;
  #onAbort: (() => void) | undefined = undefined;
  #isQueued = false;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
  }

  start(fn: Guarded<unknown>, options: CallOptions | undefined): Promise<unknown> {
    const promise = new Promise(keepSettlers);
    const nowMs = this.#engine.nowMs();
    this.fn = fn;
    this.#options = options;
    this.#startedMs = nowMs;
    this.#resolve = keptResolve;
    this.#reject = keptReject;
    if (options?.signal !== undefined) this.#follow(options.signal);
    const { bulkhead } = this.#engine.layers;
    if (bulkhead === undefined) this.run(nowMs);
    else if (bulkhead.hasRoom) {
      bulkhead.enter();
      this.run(nowMs);
    } else {
      this.#isQueued = true;
      bulkhead.enqueue(this, nowMs);
    }
    return promise;
  }

  run(nowMs: number): void {
    this.#isQueued = false;
    this.firstMs = nowMs;
    this.#engine.layers.totalTimeout?.add(this, nowMs);
    this.#attemptOnce(nowMs);
  }

  attemptSucceeded(value: unknown, nowMs: number): void {
    const { meter } = this.#engine;
    meter.count(countIndex.success);
    meter.time(nowMs - this.#startedMs);
    this.#resolve(value);
    this.#end(nowMs, countIndex.success);
  }

  attemptFailed(failure: Failure, nowMs: number): void {
    const engine = this.#engine;
    this.#attempt = undefined;
    this.#lastFailure = failure;
    const { retry, breaker } = engine.layers;
    if (breaker === undefined) noteError(engine.runtime, { meter: engine.meter, ...failure });
    const next = retry === undefined ? 'unwanted' : retry.next(this, failure, nowMs);
    if (next === 'exhausted') this.#fail(engine.exhausted(failure, this.attemptCount), nowMs);
    else if (next === 'unwanted') this.#fail(failure, nowMs);
    else {
      engine.meter.count(countIndex.retries);
      this.previousWaitMs = next;
      this.#retryTimer = engine.runtime.clock.setTimeout(() => this.#attemptOnce(engine.nowMs()), next);
    }
  }

  /** The wait in the queue, or the total time, is over. */
  override expire(): void {
    const engine = this.#engine;
    const nowMs = engine.nowMs();
    const { bulkhead, breaker } = engine.layers;
    if (this.#isQueued && bulkhead !== undefined) {
      bulkhead.dequeue(this);
      this.#fail(engine.judge(bulkhead.rejection(true)), nowMs);
      return;
    }
    const failure = engine.judge(engine.timedOut('total', this.#lastFailure?.error));
    const attempt = this.#attempt;
    const scope = attempt?.abandon();
    if (attempt !== undefined && breaker !== undefined) breaker.fail(attempt, nowMs, failure);
    else noteError(engine.runtime, { meter: engine.meter, ...failure });
    this.#fail(failure, nowMs);
    scope?.abort(failure.error);
  }

  #follow(signal: AbortSignal): void {
    this.#onAbort = () => this.#cancel(signal.reason);
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  #attemptOnce(nowMs: number): void {
    const engine = this.#engine;
    const { breaker } = engine.layers;
    this.#retryTimer = undefined;
    this.attemptCount += 1;
    const phase = breaker?.admit();
    if (breaker !== undefined && phase === undefined) {
      this.attemptFailed(engine.judge(breaker.rejection()), nowMs);
      return;
    }
    const attempt = engine.takeAttempt();
    this.#attempt = attempt;
    attempt.begin(this, phase, nowMs);
  }

  #cancel(reason: unknown): void {
    const engine = this.#engine;
    const nowMs = engine.nowMs();
    const { breaker, bulkhead } = engine.layers;
    if (this.#isQueued) bulkhead?.dequeue(this);
    const attempt = this.#attempt;
    const scope = attempt?.abandon();
    if (attempt !== undefined && breaker !== undefined) {
      // A layer further out that timed out is no caller who gave up: the dependency was too slow for it.
      if (hasCode(reason, 'HOLDFAST_TIMED_OUT')) breaker.fail(attempt, nowMs, engine.judge(reason));
      else breaker.cancel(attempt, nowMs);
      engine.meter.count(countIndex.cancelled);
    } else countCancelled(engine.meter);
    this.#reject(reason);
    this.#end(nowMs, countIndex.cancelled);
    scope?.abort(reason);
  }

  #fail(failure: Failure, nowMs: number): void {
    const engine = this.#engine;
    const { standIn } = engine.layers;
    const context = this.#options?.context;
    const resolve = this.#resolve;
    const reject = this.#reject;
    const outcome = countIndex[outcomeOf(failure)];
    engine.meter.time(nowMs - this.#startedMs);
    this.#end(nowMs, outcome === countIndex.rejected ? countIndex.ignored : outcome);
    // The fallback stands outside the bulkhead: it must not hold the slot of the call that it answers for.
    if (standIn?.answers(failure)) engine.answer(failure.error, context, outcome).then(resolve, reject);
    else {
      engine.meter.count(outcome);
      reject(failure.error);
    }
  }

  /**
   * Leaves the layers, and is free for another call. `outcome` is the column in which the bulkhead counts it.
   */
  #end(nowMs: number, outcome: number): void {
    const engine = this.#engine;
    const { bulkhead, totalTimeout } = engine.layers;
    const hasSlot = !this.#isQueued;
    totalTimeout?.remove(this);
    this.#retryTimer?.cancel();
    if (this.#onAbort !== undefined) this.#options?.signal?.removeEventListener('abort', this.#onAbort);
    this.fn = nothing;
    this.attemptCount = 0;
    this.previousWaitMs = 0;
    this.#options = undefined;
    this.#resolve = nothing;
    this.#reject = nothing;
    this.#attempt = undefined;
    this.#retryTimer = undefined;
    this.#lastFailure = undefined;
    this.#onAbort = undefined;
    this.#isQueued = false;
    engine.keepCall(this);
    if (hasSlot) bulkhead?.leave(nowMs, outcome);
  }
}

/** One function for all promises: a closure each would be an allocation for every call. */
function keepSettlers(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  keptResolve = resolve;
  keptReject = reject;
}

function nothing(): void {}

let keptResolve: (value: unknown) => void = nothing;
let keptReject: (error: unknown) => void = nothing;
