import { countIndex, type ResourceKind } from '@holdfast/shared';
import { isSampleDue } from '../../classification/error-log.ts';
import { kindOf } from '../../classification/fingerprint.ts';
import { summarise } from '../../classification/summary.ts';
import { type ErrorSource, ResilienceError } from '../../errors.ts';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type CallOptions, type Executor, type Guarded, rankOf, wrapWith } from '../call.ts';
import { countCancelled } from '../circuit-breaker/gate.ts';
import type { Failure } from '../failure.ts';
import { mistakeIn } from '../mistake.ts';
import { type Site, sourceOf } from '../site.ts';
import { Attempt } from './attempt.ts';
import { Call } from './call.ts';
import type { Entrance, Inner, Layers } from './layers.ts';

/**
 * Takes calls through layers as one machine rather than as functions around functions. A call costs little
 * more than its promise: the objects that follow it on its way are used again. A pipeline is an engine with
 * several layers; a retry, a time-out, a bulkhead or a fallback that stands alone is one with a single layer.
 */
export class Engine implements Executor {
  readonly name: string;
  readonly runtime: Runtime;
  /** Counts how calls ended in the end. */
  readonly meter: Meter;
  readonly layers: Layers;
  /** Load shedder and rate limiter, as far as there are any. */
  readonly entrances: readonly Entrance[] | undefined;
  /** What stands directly around the function. */
  readonly inner: Inner | undefined;
  readonly #kind: ResourceKind;
  readonly #dependency: string | undefined;
  readonly #timeoutSource: ErrorSource;
  readonly #ownSource: ErrorSource;
  readonly #freeCalls: Call[] = [];
  readonly #freeAttempts: Attempt[] = [];
  /** Whether a call that the breaker turns away is over, without a look at what retries would say. */
  readonly #rejectsAtOnce: boolean;

  constructor(site: Site, resource: { readonly kind: ResourceKind; readonly meter: Meter }, layers: Layers) {
    this.name = site.name;
    this.runtime = site.runtime;
    this.meter = resource.meter;
    const { standIn, loadShedder, rateLimiter, bulkhead, totalTimeout } = layers;
    const { retry, breaker, timeout, hedge, faults } = layers;
    // Always all of them in one order: engines whose layers have different shapes would slow each other down.
    this.layers = {
      standIn,
      loadShedder,
      rateLimiter,
      bulkhead,
      totalTimeout,
      retry,
      breaker,
      timeout,
      hedge,
      faults,
    };
    const entrances = [loadShedder, rateLimiter].filter((entrance) => entrance !== undefined);
    this.entrances = entrances.length === 0 ? undefined : entrances;
    this.inner = nested(hedge, faults);
    this.#kind = resource.kind;
    this.#dependency = site.dependency;
    this.#timeoutSource = sourceOf(site, 'timeout');
    this.#ownSource = sourceOf(site, resource.kind);
    this.#rejectsAtOnce =
      breaker !== undefined &&
      (retry?.neverRetries(this.runtime.classifier.classify(breaker.rejection())) ?? true);
  }

  execute<T>(fn: Guarded<T>, options?: CallOptions): Promise<T> {
    const mistake = mistakeIn(fn, options);
    if (mistake !== undefined) return Promise.reject(mistake);
    const signal = options?.signal;
    if (signal?.aborted) {
      countCancelled(this.meter);
      return Promise.reject(signal.reason);
    }
    const rejection = this.entrances === undefined ? this.rejectionAtOnce(options) : undefined;
    const answer =
      rejection === undefined
        ? (this.#freeCalls.pop() ?? new Call(this)).start(fn, options)
        : this.answerRejection(rejection, options);
    return answer as Promise<T>; // an attempt hands its answer only to the call whose function made it
  }

  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
  ): (this: This, ...args: A) => Promise<T> {
    return wrapWith(this, fn);
  }

  nowMs(): number {
    return this.runtime.clock.monotonic();
  }

  /** Whether the host has rules of its own for what becomes of errors. */
  get hasRules(): boolean {
    return this.#kind === 'pipeline' && this.runtime.propagation.hasOwnRules;
  }

  judge(error: unknown, operation: string | undefined): Failure {
    const { classifier, propagation } = this.runtime;
    const classification = classifier.classify(error);
    if (this.#kind !== 'pipeline') return { error, classification, plan: undefined, operation };
    const place = { dependency: this.#dependency, pipeline: this.name, operation };
    return {
      error,
      classification,
      plan: propagation.planFor({ error, classification, ...place }),
      operation,
    };
  }

  /** A result that was to be retried, as a failure to report. What is in it is nobody's business. */
  judgeResult(result: unknown): Failure {
    const classification = this.runtime.classifier.classify(result);
    return { error: new Error('a result that was to be retried'), classification };
  }

  takeAttempt(): Attempt {
    return this.#freeAttempts.pop() ?? new Attempt(this);
  }

  /** Takes an attempt back for another call. */
  keepAttempt(attempt: Attempt): void {
    if (this.#freeAttempts.length < maxFree) this.#freeAttempts.push(attempt);
  }

  keepCall(call: Call): void {
    if (this.#freeCalls.length < maxFree) this.#freeCalls.push(call);
  }

  /** The error of a call that took too long: one attempt of it, or all of it. */
  timedOut(part: 'attempt' | 'total', cause: unknown): ResilienceError {
    const { timeout, totalTimeout } = this.layers;
    const limitMs = (part === 'attempt' ? timeout : totalTimeout)?.delayMs ?? 0;
    const what = part === 'attempt' && this.#kind === 'pipeline' ? 'an attempt of ' : '';
    return new ResilienceError({
      code: 'HOLDFAST_TIMED_OUT',
      message: `${what}"${this.name}" took longer than ${limitMs} ms`,
      source: this.#timeoutSource,
      cause,
    });
  }

  /** What a call ends with whose retries are used up. */
  exhausted(failure: Failure, attempts: number): Failure {
    const { error, classification } = failure;
    this.tellExhausted(failure, attempts);
    if (this.layers.retry?.settings.wrapExhausted !== true) return failure;
    const wrapper = new ResilienceError({
      code: 'HOLDFAST_RETRIES_EXHAUSTED',
      message: `"${this.name}" failed ${attempts} times`,
      source: { ...this.#ownSource, primitive: 'retry' },
      retryAfterMs: classification.retryAfterMs,
      cause: error,
    });
    return { ...failure, error: wrapper };
  }

  tellExhausted({ error, classification }: Failure, attempts: number): void {
    const kind = kindOf(error, classification.code);
    if (!isSampleDue(this.runtime, this.meter, `exhausted ${kind}`)) return;
    const summary = summarise(error, classification, this.runtime.redact);
    this.runtime.telemetry.emit({ kind: 'retry.exhausted', attempts, error: summary }, this.meter);
  }

  /** The fallback's answer. `outcome` is what the call counts as where the fallback fails too. */
  answer(error: unknown, options: CallOptions | undefined, outcome: number): Promise<unknown> {
    try {
      const answer = this.layers.standIn?.answer(error, options);
      if (answer instanceof Promise) return this.#awaited(answer, outcome, options?.signal);
      this.meter.count(countIndex.success);
      return Promise.resolve(answer);
    } catch (fault) {
      this.meter.count(outcome);
      return Promise.reject(fault);
    }
  }

  /** The rejection of a call that has no way in at present: it needs nothing of what a call else needs. */
  rejectionAtOnce(options: CallOptions | undefined): ResilienceError | undefined {
    const { bulkhead, breaker } = this.layers;
    if (bulkhead !== undefined && !bulkhead.hasRoom)
      return !this.hasRules && bulkhead.isFullFor(rankOf(options?.priority))
        ? bulkhead.rejection()
        : undefined;
    if (!this.#rejectsAtOnce || breaker === undefined || !breaker.isShut || this.hasRules) return undefined;
    breaker.admit();
    bulkhead?.meter.count(countIndex.ignored);
    return breaker.rejection();
  }

  /** How a call ends that was turned away before it had a slot. */
  answerRejection(rejection: ResilienceError, options: CallOptions | undefined): Promise<unknown> {
    const isAnswered = this.layers.standIn?.answersRejection(rejection);
    if (isAnswered) return this.answer(rejection, options, countIndex.rejected);
    this.meter.count(countIndex.rejected);
    return Promise.reject(rejection);
  }

  async #awaited(
    answer: Promise<unknown>,
    outcome: number,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    try {
      const value = await answer;
      this.meter.count(countIndex.success);
      return value;
    } catch (fault) {
      if (signal?.aborted) countCancelled(this.meter);
      else this.meter.count(outcome);
      throw fault;
    }
  }
}

function nested(outer: Inner | undefined, inner: Inner | undefined): Inner | undefined {
  if (outer === undefined || inner === undefined) return outer ?? inner;
  return { run: (fn, call) => outer.run((attempt) => inner.run(fn, attempt), call) };
}

/** As many as are under way at once, in most services. */
const maxFree = 256;
