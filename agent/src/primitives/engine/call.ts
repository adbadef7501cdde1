import { countIndex, type TimerHandle } from '@holdfast/shared';
import { ResilienceError } from '../../errors.ts';
import { Deadline } from '../../time/deadlines.ts';
import type { Waiting } from '../bulkhead/slots.ts';
import { type CallOptions, type Guarded, rankOf, type Scope } from '../call.ts';
import { countCancelled } from '../circuit-breaker/gate.ts';
import { type Failure, noteFailure, outcomeOf } from '../failure.ts';
import { follow, unfollow } from '../follow.ts';
import type { Progress } from '../retry/policy.ts';
import type { Attempt } from './attempt.ts';
import type { Engine } from './engine.ts';
import type { Course, Entrance, Turn } from './layers.ts';
import { keepSettlers, kept, nothing } from './settlers.ts';

/**
 * One call on its way through the layers. As a deadline it is first the wait in the queue, then the total
 * time.
 *
 * Calls are used again. So the end of a call comes last in each method, and a signal is aborted only after
 * it: what the host does on an abort may come back in here. For the same reason a call whose signal aborts
 * while a hook or a rule of the host decides about it ends when that has answered, and not within.
 */
export class Call extends Deadline implements Waiting, Progress, Course {
  fn: Guarded<unknown> = nothing;
  attemptCount = 0;
  firstMs = 0;
  previousWaitMs = 0;
  takenTokens = 0;
  startedMs = 0;
  lastFailure: Failure | undefined = undefined;
  /** The one that is under way. While host code decides about its end there is none. */
  attempt: Attempt | undefined = undefined;
  /** What the last attempt was given. */
  scope: Scope | undefined = undefined;
  /** Whether its signal aborted while it waited for nothing: whoever decides about the call is to end it. */
  isGivenUp = false;
  readonly #engine: Engine;
  #options: CallOptions | undefined = undefined;
  #resolve: (value: unknown) => void = nothing;
  #reject: (error: unknown) => void = nothing;
  /** Until its turn at an entrance, or until its next attempt. */
  #waitTimer: TimerHandle | undefined = undefined;
  #onAbort: (() => void) | undefined = undefined;
  #stage: Stage = 'outside';
  /** How many entrances have let it in, and when the last one did. */
  #passedCount = 0;
  #passedMs = 0;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
  }

  get operation(): string | undefined {
    return this.#options?.operation;
  }

  get rank(): number {
    return rankOf(this.#options?.priority);
  }

  start(fn: Guarded<unknown>, options: CallOptions | undefined): Promise<unknown> {
    const promise = new Promise(keepSettlers);
    const nowMs = this.#engine.nowMs();
    this.fn = fn;
    this.#options = options;
    this.startedMs = nowMs;
    this.#resolve = kept.resolve;
    this.#reject = kept.reject;
    if (options?.signal !== undefined) this.#follow(options.signal);
    if (this.#engine.entrances === undefined) this.#enter(nowMs);
    else this.#pass(this.#engine.entrances, nowMs);
    return promise;
  }

  run(nowMs: number): void {
    this.#stage = 'inside';
    this.firstMs = nowMs;
    const { bulkhead, loadShedder, totalTimeout } = this.#engine.layers;
    if (bulkhead !== undefined) loadShedder?.began?.(nowMs - this.#passedMs, nowMs, this.#options);
    totalTimeout?.add(this, nowMs);
    this.#attemptOnce(nowMs);
  }

  attemptSucceeded(value: unknown, nowMs: number): void {
    const engine = this.#engine;
    const { meter, layers } = engine;
    let isGood = true;
    if (layers.retry !== undefined) {
      const next = layers.retry.afterResult(this, value, nowMs);
      if (typeof next === 'number') return this.#retryIn(next);
      if (next === 'exhausted') engine.tellExhausted(engine.judgeResult(value), this.attemptCount);
      isGood = next === 'unwanted';
    }
    if (isGood) layers.standIn?.keep(value, this.#options);
    meter.count(countIndex.success);
    meter.time(nowMs - this.startedMs);
    this.#resolve(value);
    this.#end(nowMs, countIndex.success);
  }

  attemptFailed(failure: Failure, nowMs: number): void {
    const engine = this.#engine;
    this.lastFailure = failure;
    const { retry, breaker } = engine.layers;
    if (breaker === undefined) noteFailure(engine, failure, this.startedMs);
    const next = retry === undefined ? 'unwanted' : retry.afterError(this, failure, nowMs);
    if (typeof next === 'number') this.#retryIn(next);
    else if (next === 'exhausted') this.#fail(engine.exhausted(failure, this.attemptCount), nowMs);
    else this.#fail(failure, nowMs);
  }

  refuse(rejection: ResilienceError): void {
    const engine = this.#engine;
    this.#stage = 'outside';
    this.#fail(engine.judge(rejection, this.operation), engine.nowMs());
  }

  /** The wait in the queue, or the total time, is over. */
  override expire(): void {
    const engine = this.#engine;
    const nowMs = engine.nowMs();
    const { bulkhead, breaker } = engine.layers;
    if (this.#stage === 'queued' && bulkhead !== undefined) {
      bulkhead.dequeue(this);
      return this.refuse(bulkhead.rejection('waited'));
    }
    const attempt = this.attempt;
    const scope = attempt?.abandon();
    this.attempt = undefined;
    this.#waitTimer?.cancel();
    this.#waitTimer = undefined;
    const failure = engine.judge(engine.timedOut('total', this.lastFailure?.error), this.operation);
    if (attempt !== undefined && breaker !== undefined) breaker.fail(attempt, nowMs, failure);
    else noteFailure(engine, failure, this.startedMs);
    this.#fail(failure, nowMs);
    scope?.abort(failure.error);
  }

  /** Its caller gave up. */
  cancel(): void {
    const engine = this.#engine;
    const reason: unknown = this.#options?.signal?.reason;
    const nowMs = engine.nowMs();
    if (this.#stage === 'queued') engine.layers.bulkhead?.giveUp(this);
    const scope = this.attempt?.cancel(reason, nowMs);
    if (this.attempt === undefined) countCancelled(engine.meter);
    this.#reject(reason);
    this.#end(nowMs, countIndex.cancelled);
    scope?.abort(reason);
  }

  #follow(signal: AbortSignal): void {
    this.#onAbort = () => {
      const waitsFor = this.attempt ?? this.#waitTimer;
      if (waitsFor !== undefined || this.#stage === 'queued') this.cancel();
      else this.isGivenUp = true;
    };
    follow(signal, this.#onAbort);
  }

  /** Goes through the entrances that it has not passed yet, waits where one says so, and enters. */
  #pass(entrances: readonly Entrance[], nowMs: number): void {
    const engine = this.#engine;
    for (let next = entrances[this.#passedCount]; next !== undefined; next = entrances[this.#passedCount]) {
      const answer = next.admit(nowMs, this.#options);
      if (answer instanceof ResilienceError) return this.#turnAway(answer, nowMs);
      if (answer !== undefined) return this.#await(answer, entrances);
      this.#letIn(nowMs);
    }
    const rejection = engine.rejectionAtOnce(this.#options);
    if (rejection === undefined) this.#enter(nowMs);
    else this.#turnAway(rejection, nowMs);
  }

  #await(turn: Turn, entrances: readonly Entrance[]): void {
    this.#waitTimer = turn;
    turn.letIn = (nowMs) => {
      this.#waitTimer = undefined;
      this.#letIn(nowMs);
      this.#pass(entrances, nowMs);
    };
    if (this.isGivenUp) this.cancel();
  }

  #letIn(nowMs: number): void {
    this.#passedCount += 1;
    this.#passedMs = nowMs;
  }

  /** Takes a slot of the bulkhead, or waits for one. */
  #enter(nowMs: number): void {
    const { bulkhead } = this.#engine.layers;
    if (this.isGivenUp) this.cancel();
    else if (bulkhead === undefined) this.run(nowMs);
    else if (bulkhead.hasRoom) {
      bulkhead.enter();
      this.run(nowMs);
    } else if (bulkhead.isFullFor(this.rank)) this.#turnAway(bulkhead.rejection(), nowMs);
    else {
      this.#stage = 'queued';
      bulkhead.enqueue(this, nowMs);
    }
  }

  #attemptOnce(nowMs: number): void {
    const engine = this.#engine;
    const { breaker } = engine.layers;
    this.#waitTimer = undefined;
    this.attemptCount += 1;
    const phase = breaker?.admit();
    if (breaker !== undefined && phase === undefined) {
      this.attemptFailed(engine.judge(breaker.rejection(), this.operation), nowMs);
      return;
    }
    engine.takeAttempt().begin(this, phase, nowMs);
  }

  #retryIn(waitMs: number): void {
    const engine = this.#engine;
    if (this.isGivenUp) return this.cancel();
    this.previousWaitMs = waitMs;
    engine.meter.count(countIndex.retries);
    const again = (): void => this.#attemptOnce(engine.nowMs());
    this.#waitTimer = engine.runtime.clock.setTimeout(again, waitMs, { keepsAlive: true });
  }

  /** Ends before it has taken a slot. */
  #turnAway(rejection: ResilienceError, nowMs: number): void {
    const engine = this.#engine;
    if (engine.hasRules) return this.#fail(engine.judge(rejection, this.operation), nowMs);
    const options = this.#options;
    const resolve = this.#resolve;
    const reject = this.#reject;
    this.#end(nowMs, countIndex.ignored);
    engine.answerRejection(rejection, options).then(resolve, reject);
  }

  #fail(failure: Failure, nowMs: number): void {
    const engine = this.#engine;
    const { standIn } = engine.layers;
    const options = this.#options;
    const resolve = this.#resolve;
    const reject = this.#reject;
    const outcome = countIndex[outcomeOf(failure)];
    this.lastFailure = failure;
    engine.meter.time(nowMs - this.startedMs);
    this.#end(nowMs, outcome === countIndex.rejected ? countIndex.ignored : outcome);
    // The fallback stands outside the bulkhead: it must not hold the slot of the call that it answers for.
    if (standIn?.answers(failure)) engine.answer(failure.error, options, outcome).then(resolve, reject);
    else {
      engine.meter.count(outcome);
      reject(failure.error);
    }
  }

  /**
   * Leaves the layers, and is free for another call. `outcome` is the column in which the outer layers count
   * it.
   */
  #end(nowMs: number, outcome: number): void {
    const engine = this.#engine;
    const { entrances } = engine;
    const { bulkhead, totalTimeout } = engine.layers;
    const hasSlot = this.#stage === 'inside';
    totalTimeout?.remove(this);
    this.#waitTimer?.cancel();
    for (let at = 0; at < this.#passedCount; at++) entrances?.[at]?.leave?.(outcome, nowMs, this);
    if (hasSlot) bulkhead?.note(outcome, nowMs, this);
    const signal = this.#options?.signal;
    if (signal !== undefined && this.#onAbort !== undefined) unfollow(signal, this.#onAbort);
    this.fn = nothing;
    this.attemptCount = 0;
    this.#passedCount = 0;
    this.previousWaitMs = 0;
    this.takenTokens = 0;
    this.#options = undefined;
    this.#resolve = nothing;
    this.#reject = nothing;
    this.attempt = undefined;
    this.scope = undefined;
    this.#waitTimer = undefined;
    this.lastFailure = undefined;
    this.#onAbort = undefined;
    this.isGivenUp = false;
    this.#stage = 'outside';
    engine.keepCall(this);
    if (hasSlot) bulkhead?.leave(nowMs, outcome);
  }
}

/** Before or at an entrance, in the queue of the bulkhead, or past both. */
type Stage = 'outside' | 'queued' | 'inside';
