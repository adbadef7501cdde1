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

/** One call on its way through the layers. As a deadline it is the wait in the queue, then the total time. */
export class Call extends Deadline implements Waiting, Progress {
  readonly fn: Guarded<unknown>;
  attemptCount = 0;
  firstMs = 0;
  previousWaitMs = 0;
  readonly #engine: Engine;
  readonly #options: CallOptions | undefined;
  #resolve: (value: unknown) => void = nobody;
  #reject: (error: unknown) => void = nobody;
  readonly #startedMs: number;
  #attempt: Attempt | undefined = undefined;
  #retryTimer: TimerHandle | undefined = undefined;
  #lastFailure: Failure | undefined = undefined;
  #onAbort: (() => void) | undefined = undefined;
  #isQueued = false;

  constructor(engine: Engine, fn: Guarded<unknown>, options: CallOptions | undefined) {
    super();
    this.fn = fn;
    this.#engine = engine;
    this.#options = options;
    this.#startedMs = engine.nowMs();
  }

  start(): Promise<unknown> {
    const promise = new Promise(keepSettlers);
    this.#resolve = keptResolve;
    this.#reject = keptReject;
    const signal = this.#options?.signal;
    if (signal !== undefined) {
      this.#onAbort = () => this.#cancel(signal.reason);
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    const { bulkhead } = this.#engine.layers;
    if (bulkhead === undefined) this.run(this.#startedMs);
    else if (bulkhead.hasRoom) {
      bulkhead.enter();
      this.run(this.#startedMs);
    } else {
      this.#isQueued = true;
      bulkhead.enqueue(this, this.#startedMs);
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
    this.#leave(nowMs, countIndex.success);
    meter.count(countIndex.success);
    meter.time(nowMs - this.#startedMs);
    this.#resolve(value);
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
    const error = engine.timedOut('total', this.#lastFailure?.error);
    const failure = engine.judge(error);
    const attempt = this.#stop(error);
    if (attempt !== undefined && breaker !== undefined) breaker.fail(attempt, nowMs, failure);
    else noteError(engine.runtime, { meter: engine.meter, ...failure });
    this.#fail(failure, nowMs);
  }

  #attemptOnce(nowMs: number): void {
    const engine = this.#engine;
    const { breaker } = engine.layers;
    this.#retryTimer = undefined;
    this.attemptCount += 1;
    const phase = breaker?.machine.admit();
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
    if (this.#isQueued) engine.layers.bulkhead?.dequeue(this);
    const attempt = this.#stop(reason);
    const { breaker } = engine.layers;
    if (attempt !== undefined && breaker !== undefined) {
      // A layer further out that timed out is no caller who gave up: the dependency was too slow for it.
      if (hasCode(reason, 'HOLDFAST_TIMED_OUT')) breaker.fail(attempt, nowMs, engine.judge(reason));
      else breaker.cancel(attempt, nowMs);
      engine.meter.count(countIndex.cancelled);
    } else countCancelled(engine.meter);
    this.#leave(nowMs, countIndex.cancelled);
    this.#reject(reason);
  }

  /** Ends what is under way: the wait for a retry, or the attempt, which is the answer then. */
  #stop(reason: unknown): Attempt | undefined {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    this.#retryTimer?.cancel();
    attempt?.abandon(reason);
    return attempt;
  }

  #fail(failure: Failure, nowMs: number): void {
    const engine = this.#engine;
    const { standIn } = engine.layers;
    const outcome = countIndex[outcomeOf(failure)];
    this.#leave(nowMs, outcome === countIndex.rejected ? countIndex.ignored : outcome);
    engine.meter.time(nowMs - this.#startedMs);
    if (standIn?.answers(failure))
      engine.answer(failure.error, this.#options?.context, outcome).then(this.#resolve, this.#reject);
    else {
      engine.meter.count(outcome);
      this.#reject(failure.error);
    }
  }

  #leave(nowMs: number, outcome: number): void {
    const { bulkhead, totalTimeout } = this.#engine.layers;
    totalTimeout?.remove(this);
    if (this.#onAbort !== undefined) this.#options?.signal?.removeEventListener('abort', this.#onAbort);
    if (bulkhead === undefined || this.#isQueued) return;
    bulkhead.meter.count(outcome);
    bulkhead.leave(nowMs);
  }
}

/** One function for all promises: a closure each would be an allocation for every call. */
function keepSettlers(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  keptResolve = resolve;
  keptReject = reject;
}

function nobody(): void {}

let keptResolve: (value: unknown) => void = nobody;
let keptReject: (error: unknown) => void = nobody;
