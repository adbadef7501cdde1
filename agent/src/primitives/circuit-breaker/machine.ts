import {
  type Attribution,
  type BreakerState,
  type BreakerTransition,
  countIndex,
  type TransitionCause,
} from '@holdfast/shared';
import { summarise } from '../../classification/summary.ts';
import { configChanges, describeConfig } from '../../options/describe-config.ts';
import { present } from '../../present.ts';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import type { Failure } from '../failure.ts';
import { Listeners } from '../listeners.ts';
import { meterOf, type Site } from '../site.ts';
import { type BreakerEvents, breakerEventNames, enteredBy } from './events.ts';
import type { BreakerSettings } from './options.ts';
import { Phase, refusalOf } from './phase.ts';
import { CountWindow, createWindow, createWindowFrom, minimumOf, probeWindow } from './window.ts';

export interface TransitionDetails {
  readonly cause: TransitionCause;
  readonly attribution?: Attribution | undefined;
  /** For `open`: instead of the usual duration. */
  readonly openForMs?: number | undefined;
  /** For a hold: epoch milliseconds at which whoever holds it means to let go. */
  readonly untilAt?: number | undefined;
  readonly isHeld?: boolean;
}

/**
 * The states of a circuit breaker and the ways between them. It knows no calls: only permits and outcomes.
 */
export class BreakerMachine {
  readonly runtime: Runtime;
  readonly name: string;
  readonly meter: Meter;
  readonly listeners: Listeners<BreakerEvents>;
  /** Whether anyone wants to hear of each call; spares the making of what nobody hears. */
  hearsCalls = false;
  settings: BreakerSettings;
  phase: Phase;
  lastFailure: Failure | undefined = undefined;
  /** How often it opened since it last was closed. */
  #openings = 0;
  /**
   * From the monotonic clock to the wall clock. Read once, so that a step of the wall clock empties no
   * window.
   */
  readonly #epochOffsetMs: number;

  constructor(site: Site, settings: BreakerSettings) {
    const { runtime } = site;
    this.runtime = runtime;
    this.name = site.name;
    this.settings = settings;
    this.listeners = new Listeners(breakerEventNames, runtime.internalError);
    this.#epochOffsetMs = runtime.clock.now() - runtime.clock.monotonic();
    this.meter = meterOf(site, { kind: 'circuit_breaker', config: describeConfig(settings) });
    this.phase = this.#phaseOf(settings.initialState, undefined);
    if (settings.initialState === 'open') this.#startOpen(this.phase, { cause: 'manual' });
    if (settings.initialState === 'half_open') this.#startHalfOpen(this.phase);
  }

  /** Whether a call would be rejected without a look at the clock. */
  get isShut(): boolean {
    return this.phase.permits === 0 && !this.phase.isElapsed;
  }

  /** The phase that lets a call in, or `undefined`: then the call is rejected, and that has been counted. */
  admit(): Phase | undefined {
    let { phase } = this;
    if (phase.permits === 0) {
      if (phase.isElapsed) phase = this.#probeIfDue(phase);
      if (phase.permits === 0) {
        this.#reject(phase);
        return undefined;
      }
    }
    phase.permits -= 1;
    return phase;
  }

  /** Takes an outcome into the window of the present phase. It decides nothing before `judge`. */
  record(outcome: number, endedMs: number): void {
    const { phase } = this;
    if (phase.state !== 'disabled' && phase.state !== 'forced_open')
      phase.window.record(outcome, endedMs + this.#epochOffsetMs);
  }

  /** Opens at once, for an error that says so. Only where failures decide at all. */
  trip(openForMs: number | undefined): void {
    const { phase } = this;
    if (phase.state === 'closed' || phase.state === 'half_open')
      this.go('open', { cause: 'trip', openForMs });
  }

  /**
   * Goes to a state. To the state that it is in: begins it anew, silently. Throws where that makes no sense.
   */
  go(to: BreakerState, details: TransitionDetails): void {
    const { state } = this.phase;
    const refusal = refusalOf(state, to);
    if (refusal !== undefined)
      throw new Error(`circuit breaker "${this.name}" cannot go from ${state} to ${to}: ${refusal}`);
    this.#enter(to, details, state === to && !details.isHeld);
    this.listeners.deliver();
  }

  /** Closes with an empty window from any state, and always says so. */
  reset(): void {
    const from = this.phase.state;
    const change = this.#enter('closed', { cause: 'manual' }, from === 'closed');
    if (from === 'closed') this.runtime.telemetry.emit(change, this.meter);
    this.listeners.fire('reset', { from });
  }

  /**
   * New options for a breaker that goes on: its state, its listeners and the newest outcomes that fit are
   * kept.
   */
  reconfigure(settings: BreakerSettings): void {
    const { phase } = this;
    const changes = configChanges(this.settings, settings);
    const usedPermits = this.settings.halfOpenCalls - phase.permits;
    this.settings = settings;
    if (phase.state === 'half_open') {
      this.#reshape(probeWindow(settings));
      phase.permits = Math.max(0, settings.halfOpenCalls - usedPermits);
      this.judge(); // with fewer probes than before there may be nobody left to come
    } else if (phase.state === 'closed' || phase.state === 'metrics_only') this.#reshape(settings.window);
    if (changes.length > 0) this.runtime.telemetry.emit({ kind: 'config.changed', changes }, this.meter);
  }

  /** Lets a time window forget what is too old by now. */
  refresh(): void {
    this.phase.window.moveTo(this.runtime.clock.monotonic() + this.#epochOffsetMs);
  }

  /** Draws the conclusion from the window, where it holds enough. */
  judge(): void {
    const { phase } = this;
    const { window } = phase;
    if (window.callCount < phase.minimumCalls) return;
    if (window.failureCount > 0 || window.slowCallCount > 0 || phase.state !== 'closed') this.#conclude();
  }

  #conclude(): void {
    const { phase } = this;
    const { window } = phase;
    const isFailing = window.failureCount / window.callCount >= this.settings.failureRatio;
    const isSlow = window.slowCallCount / window.callCount >= this.settings.slowCallRatio;
    if (phase.state === 'closed') {
      if (isFailing || isSlow) this.go('open', { cause: isFailing ? 'failure_rate' : 'slow_call_rate' });
    } else if (phase.state === 'half_open') {
      if (isFailing || isSlow) this.go('open', { cause: 'probe_failed' });
      else this.go('closed', { cause: 'probes_succeeded' });
    } else if (phase.state === 'metrics_only') {
      if (isFailing !== phase.isFailing) this.#cross(phase, 'failure_rate', isFailing);
      if (isSlow !== phase.isSlow) this.#cross(phase, 'slow_call_rate', isSlow);
      phase.isFailing = isFailing;
      phase.isSlow = isSlow;
    }
  }

  #reshape(window: BreakerSettings['window']): void {
    const { phase } = this;
    phase.window = createWindowFrom(
      window,
      phase.window,
      this.runtime.clock.monotonic() + this.#epochOffsetMs,
    );
    phase.minimumCalls = minimumOf(this.settings, window);
  }

  #reject(phase: Phase): void {
    phase.rejectedCount += 1;
    this.meter.count(countIndex.rejected);
    this.meter.count(countIndex.class_rejected);
    if (!this.hearsCalls) return;
    const call = { outcome: 'rejected', slow: false, late: false } as const;
    this.listeners.post('call', call);
    this.listeners.fire('rejected', call);
  }

  #probeIfDue(phase: Phase): Phase {
    if (this.runtime.clock.monotonic() > phase.untilMs) this.go('half_open', { cause: 'open_elapsed' });
    return this.phase;
  }

  #cross(phase: Phase, threshold: 'failure_rate' | 'slow_call_rate', isUp: boolean): void {
    const ratio = threshold === 'failure_rate' ? phase.failureRatio : phase.slowCallRatio;
    const event = {
      kind: 'circuit_breaker.threshold_crossed',
      threshold,
      direction: isUp ? 'up' : 'down',
      ratio: ratio ?? 0,
    } as const;
    this.runtime.telemetry.emit(event, this.meter);
    this.listeners.fire('threshold_crossed', event);
  }

  /** What the listeners are to hear of it is delivered by who calls this. */
  #enter(to: BreakerState, details: TransitionDetails, isSilent: boolean): BreakerTransition {
    const before = this.phase;
    before.timer?.cancel();
    const phase = this.#phaseOf(to, before, isSilent);
    phase.isHeld = details.isHeld ?? false;
    this.phase = phase;
    if (to === 'open') this.#startOpen(phase, details);
    else if (to === 'half_open') this.#startHalfOpen(phase);
    else if (to !== 'forced_open') this.#openings = 0;
    const change = this.#changeOf(before, phase, details);
    if (to === 'closed') this.lastFailure = undefined;
    if (isSilent) {
      phase.change = before.change && { ...before.change, ...present({ untilAt: change.untilAt }) };
      return change;
    }
    phase.change = change;
    this.runtime.telemetry.emit(change, this.meter);
    this.listeners.post('transition', change);
    this.listeners.post(enteredBy(to), change);
    return change;
  }

  #phaseOf(state: BreakerState, before: Phase | undefined, isContinued = false): Phase {
    const { settings } = this;
    const isProbing = state === 'half_open';
    const isKept = state === 'open' && before !== undefined;
    const shape = isProbing ? probeWindow(settings) : settings.window;
    const phase = new Phase({
      state,
      sinceAt: isContinued && before !== undefined ? before.sinceAt : this.runtime.clock.now(),
      window: isKept ? before.window : state === 'forced_open' ? new CountWindow(0) : createWindow(shape),
      minimumCalls: isKept ? before.minimumCalls : minimumOf(settings, shape),
      permits: isProbing
        ? settings.halfOpenCalls
        : state === 'open' || state === 'forced_open'
          ? 0
          : Number.POSITIVE_INFINITY,
    });
    if (isKept) phase.rejectedCount = before.rejectedCount;
    return phase;
  }

  #startOpen(phase: Phase, { cause, openForMs }: TransitionDetails): void {
    this.#openings += 1;
    const { clock } = this.runtime;
    const durationMs = Math.min(openForMs ?? this.#openDurationMs(cause), longestOpenMs);
    phase.untilMs = clock.monotonic() + durationMs;
    phase.timer = clock.setTimeout(() => {
      phase.isElapsed = true;
      if (this.settings.halfOpenAutomatically && this.phase === phase)
        this.go('half_open', { cause: 'open_elapsed' });
    }, durationMs);
  }

  #startHalfOpen(phase: Phase): void {
    const { halfOpenMaxWaitMs, halfOpenMaxWaitTo } = this.settings;
    if (halfOpenMaxWaitMs === 0) return;
    phase.timer = this.runtime.clock.setTimeout(() => {
      if (this.phase === phase) this.go(halfOpenMaxWaitTo, { cause: 'half_open_timeout' });
    }, halfOpenMaxWaitMs);
  }

  #openDurationMs(cause: TransitionCause): number {
    const { openDurationMs } = this.settings;
    if (typeof openDurationMs === 'number') return openDurationMs;
    try {
      const durationMs = openDurationMs(this.#openings, cause);
      if (Number.isFinite(durationMs) && durationMs >= 0) return durationMs;
      throw new RangeError(`\`openDurationMs\` of "${this.name}" answered ${durationMs}`);
    } catch (error) {
      this.runtime.internalError(error);
      return 60_000;
    }
  }

  #changeOf(before: Phase, phase: Phase, details: TransitionDetails): BreakerTransition {
    const failure = this.lastFailure;
    const untilAt =
      phase.state === 'open' ? Math.round(phase.untilMs + this.#epochOffsetMs) : details.untilAt;
    return present({
      kind: `circuit_breaker.${enteredBy(phase.state)}`,
      from: before.state,
      to: phase.state,
      cause: details.cause,
      callCount: before.window.callCount,
      failureRatio: before.failureRatio,
      slowCallRatio: before.slowCallRatio,
      error: failure && summarise(failure.error, failure.classification, this.runtime.redact),
      attribution: details.attribution,
      untilAt,
    });
  }
}

/** As long as the option may be: where a function answers more, its end would be no date. */
const longestOpenMs = 2 ** 31 - 1;
