import { type BreakerState, countIndex } from '@holdfast/shared';
import type { Classification } from '../../classification/classifier.ts';
import { type ErrorSource, hasCode, ResilienceError } from '../../errors.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type Failure, noteFailure } from '../failure.ts';
import { type Site, sourceOf } from '../site.ts';
import type { BreakerCall } from './events.ts';
import { BreakerMachine } from './machine.ts';
import type { BreakerSettings } from './options.ts';
import type { Phase } from './phase.ts';
import { failed, slow } from './window.ts';

/** A call that a breaker let in. */
export interface Passage {
  readonly phase: Phase | undefined;
  /** Monotonic milliseconds. */
  readonly startedMs: number;
}

/** Lets calls into a breaker's machine and brings it their outcomes. Each passage is settled exactly once. */
export class BreakerGate extends BreakerMachine {
  readonly #source: ErrorSource;
  #shut: ShutPhase | undefined = undefined;

  constructor(site: Site, settings: BreakerSettings) {
    super(site, settings);
    this.#source = sourceOf(site, 'circuit_breaker');
  }

  /** What a call is told that was not let in. */
  rejection(): ResilienceError {
    const { phase, lastFailure } = this;
    if (this.#shut?.phase !== phase) this.#shut = this.#describeShut(phase);
    return new ResilienceError({
      code: 'HOLDFAST_CIRCUIT_OPEN',
      message: this.#shut.message,
      source: this.#source,
      retryAfterMs: this.#shut.retryAfterMs,
      cause: lastFailure?.error,
    });
  }

  succeed(passage: Passage, endedMs: number, result: unknown): void {
    const ask = this.settings.countsResultAsFailure;
    const hasFailed = ask !== undefined && this.#ask(ask, result) === true;
    if (this.#settle(passage, endedMs, hasFailed ? badResult : success)) this.judge();
  }

  /** The breaker's own options decide; then the plan of a pipeline, where there is one; then the class. */
  fail(passage: Passage, endedMs: number, failure: Failure): void {
    const { error, classification, plan } = failure;
    const { ignores, countsAsFailure, tripsOn } = this.settings;
    noteFailure(this, failure, passage.startedMs);
    if (classification.class === 'cancelled')
      return this.#giveBack(passage, endedMs, { outcome: 'cancelled', error });
    const isIgnored = this.#ask(ignores, error) ?? plan?.ignore ?? false;
    if (classification.class === 'rejected' || isIgnored)
      return this.#giveBack(passage, endedMs, { outcome: 'ignored', error });
    const isTold = plan?.trip === true || classification.countsForBreaker;
    const hasFailed = this.#ask(countsAsFailure, error) ?? isTold;
    if (hasFailed && passage.phase === this.phase) this.lastFailure = failure;
    const outcome = !hasFailed ? 'success' : hasCode(error, 'HOLDFAST_TIMED_OUT') ? 'timeout' : 'failure';
    const ending: Ending = { outcome, column: countIndex[outcome], bits: hasFailed ? failed : 0, error };
    const trip = this.#ask(tripsOn, error) ?? (hasFailed && plan?.trip === true);
    if (!this.#settle(passage, endedMs, ending)) return;
    if (trip === false) this.judge();
    else this.trip(this.#openForMs(trip, classification));
  }

  /** The caller gave up: the permit is given back, and nothing is concluded. */
  cancel(passage: Passage, endedMs: number): void {
    this.meter.count(countIndex.class_cancelled);
    this.#giveBack(passage, endedMs, { outcome: 'cancelled' });
  }

  /** The permit is given back unused. */
  release(passage: Passage, endedMs: number): void {
    this.#giveBack(passage, endedMs, { outcome: 'ignored' });
  }

  #describeShut(phase: Phase): ShutPhase {
    const { name, runtime } = this;
    return {
      phase,
      message: `circuit breaker "${name}" is ${whyShut[phase.state] ?? 'shut'}`,
      retryAfterMs:
        phase.state === 'open' ? () => Math.max(0, phase.untilMs - runtime.clock.monotonic()) : undefined,
    };
  }

  /** Counts a call; answers whether it may decide the present state. */
  #settle(passage: Passage, endedMs: number, ending: Ending): boolean {
    const { meter } = this;
    const durationMs = endedMs - passage.startedMs;
    const isSlow = durationMs > this.settings.slowCallMs;
    const isPresent = passage.phase === this.phase;
    meter.count(ending.column);
    meter.time(durationMs);
    if (isSlow) meter.count(countIndex.slow);
    if (!isPresent) meter.count(countIndex.late);
    if (this.hearsCalls) this.#tell(ending, { durationMs, slow: isSlow, late: !isPresent });
    if (isPresent) this.record(ending.bits + (isSlow ? slow : 0), endedMs);
    return isPresent;
  }

  #giveBack(passage: Passage, endedMs: number, ending: Pick<Ending, 'outcome' | 'error'>): void {
    const isPresent = passage.phase === this.phase;
    if (isPresent) this.phase.permits += 1;
    this.meter.count(countIndex[ending.outcome]);
    if (!isPresent) this.meter.count(countIndex.late);
    const durationMs = endedMs - passage.startedMs;
    if (this.hearsCalls) this.#tell(ending, { durationMs, slow: false, late: !isPresent });
  }

  #tell(
    { outcome, error }: Pick<Ending, 'outcome' | 'error'>,
    facts: Pick<BreakerCall, 'durationMs' | 'slow' | 'late'>,
  ): void {
    // Made for every call of a breaker that somebody listens to: `present` would cost more than the call.
    const call = { outcome, ...facts, ...(error === undefined ? {} : { error }) };
    this.listeners.post('call', call);
    this.listeners.fire(call.outcome, call);
  }

  /** What a predicate of the host says; nothing where there is none, or where it throws. */
  #ask<A, T>(predicate: ((subject: A) => T) | undefined, subject: A): T | undefined {
    try {
      return predicate?.(subject);
    } catch (error) {
      this.runtime.internalError(error);
      return undefined;
    }
  }

  #openForMs(
    trip: true | { readonly openForMs: number },
    classification: Classification,
  ): number | undefined {
    if (trip === true) return classification.retryAfterMs;
    if (Number.isFinite(trip.openForMs) && trip.openForMs >= 0) return trip.openForMs;
    this.runtime.internalError(
      new RangeError(`\`tripsOn\` of "${this.name}" answered openForMs ${trip.openForMs}`),
    );
    return undefined;
  }
}

/** Counts a call that its caller gave up before it began. */
export function countCancelled(meter: Meter): void {
  meter.count(countIndex.cancelled);
  meter.count(countIndex.class_cancelled);
}

/** How a call ended, with its column and what the window takes of it ready at hand. */
interface Ending {
  readonly outcome: 'success' | 'failure' | 'timeout' | 'ignored' | 'cancelled';
  readonly column: number;
  readonly bits: number;
  readonly error?: unknown;
}

const success: Ending = { outcome: 'success', column: countIndex.success, bits: 0, error: undefined };
const badResult: Ending = { outcome: 'failure', column: countIndex.failure, bits: failed, error: undefined };

/** What all rejections of one phase have in common. */
interface ShutPhase {
  readonly phase: Phase;
  readonly message: string;
  readonly retryAfterMs: (() => number) | undefined;
}

const whyShut: Readonly<Partial<Record<BreakerState, string>>> = {
  open: 'open',
  half_open: 'half open, and its probes are under way',
  forced_open: 'held open',
};
