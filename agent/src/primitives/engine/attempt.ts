import { countIndex } from '@holdfast/shared';
import { hasCode } from '../../errors.ts';
import { Deadline } from '../../time/deadlines.ts';
import { Scope } from '../call.ts';
import { countCancelled, type Passage } from '../circuit-breaker/gate.ts';
import type { Phase } from '../circuit-breaker/phase.ts';
import type { Call } from './call.ts';
import type { Engine } from './engine.ts';

/**
 * One call of the guarded function. It belongs to a `Call` until it ends or is given up; what the function
 * answers after that is late and reaches nobody.
 *
 * Attempts are used again: with their two callbacks they are what would cost most to make for each call.
 */
export class Attempt extends Deadline implements Passage {
  startedMs = 0;
  phase: Phase | undefined = undefined;
  readonly #engine: Engine;
  #call: Call | undefined = undefined;
  #scope: Scope | undefined = undefined;
  readonly #onValue: (value: unknown) => void;
  readonly #onError: (error: unknown) => void;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
    this.#onValue = (value) => this.#succeeded(value);
    this.#onError = (error) => this.#failed(error);
  }

  /** Calls the function. `phase` is the breaker's, where there is one. */
  begin(call: Call, phase: Phase | undefined, nowMs: number): void {
    const scope = new Scope(numberAfter(call.scope, call.attemptCount), undefined);
    call.scope = scope;
    this.#call = call;
    this.#scope = scope;
    this.phase = phase;
    this.startedMs = nowMs;
    call.attempt = this;
    if (call.isGivenUp) return call.cancel();
    const { inner, layers } = this.#engine;
    layers.timeout?.add(this, nowMs);
    let answer: unknown;
    try {
      answer = inner === undefined ? call.fn(scope) : inner.run(call.fn, scope);
    } catch (error) {
      this.#failed(error);
      return;
    }
    Promise.resolve(answer).then(this.#onValue, this.#onError);
  }

  /** The attempt's own time is over. */
  override expire(): void {
    const call = this.#call;
    if (call === undefined) return;
    const engine = this.#engine;
    const nowMs = engine.nowMs();
    const scope = this.abandon();
    call.attempt = undefined;
    const failure = engine.judge(engine.timedOut('attempt', undefined), call.operation);
    engine.layers.breaker?.fail(this, nowMs, failure);
    call.attemptFailed(failure, nowMs);
    scope?.abort(failure.error);
  }

  /** The caller gave up. Answers the scope, which is to be aborted when all else is settled. */
  cancel(reason: unknown, nowMs: number): Scope | undefined {
    const engine = this.#engine;
    const { breaker } = engine.layers;
    const operation = this.#call?.operation;
    const scope = this.abandon();
    if (breaker === undefined) countCancelled(engine.meter);
    else {
      // A layer further out that timed out is no caller who gave up: the dependency was too slow for it.
      if (hasCode(reason, 'HOLDFAST_TIMED_OUT')) breaker.fail(this, nowMs, engine.judge(reason, operation));
      else breaker.cancel(this, nowMs);
      engine.meter.count(countIndex.cancelled);
    }
    return scope;
  }

  /** Lets go of a function that is still running. The scope is to be aborted when all else is settled. */
  abandon(): Scope | undefined {
    this.#call = undefined;
    this.#engine.layers.timeout?.remove(this);
    return this.#scope;
  }

  #succeeded(value: unknown): void {
    const call = this.#call;
    if (call === undefined) {
      this.#engine.meter.count(countIndex.late);
      this.#recycle();
      return;
    }
    const nowMs = this.#engine.nowMs();
    const { breaker, timeout } = this.#engine.layers;
    timeout?.remove(this);
    call.attempt = undefined;
    breaker?.succeed(this, nowMs, value);
    this.#recycle();
    call.attemptSucceeded(value, nowMs);
  }

  #failed(error: unknown): void {
    const call = this.#call;
    if (call === undefined) {
      this.#failedLate(error);
      return;
    }
    const nowMs = this.#engine.nowMs();
    const { breaker, timeout } = this.#engine.layers;
    timeout?.remove(this);
    call.attempt = undefined;
    const failure = this.#engine.judge(error, call.operation);
    breaker?.fail(this, nowMs, failure);
    this.#recycle();
    call.attemptFailed(failure, nowMs);
  }

  /** A function that heeds its signal ends with what ended its call: that is no late result. */
  #failedLate(error: unknown): void {
    const { meter, runtime } = this.#engine;
    const isEcho = this.#scope?.isEcho(error) || runtime.classifier.classify(error).class === 'cancelled';
    if (!isEcho) meter.count(countIndex.late);
    this.#recycle();
  }

  /**
   * The scope stays: while none is alive, V8 throws away the code that was compiled for them at each full GC.
   */
  #recycle(): void {
    this.#call = undefined;
    this.phase = undefined;
    this.#engine.keepAttempt(this);
  }
}

/** No two attempts of a call have the same number, those of a hedge included. */
function numberAfter(last: Scope | undefined, attemptCount: number): number {
  return last === undefined
    ? attemptCount
    : Math.max(attemptCount, last.attempt + (last.hedgeCount ?? 0) + 1);
}
