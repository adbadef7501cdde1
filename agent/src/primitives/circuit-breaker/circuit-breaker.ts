import { type Attribution, type BreakerLevel, type BreakerState, describeTransition } from '@holdfast/shared';
import { summarise } from '../../classification/summary.ts';
import { number, optional, text } from '../../options/checks.ts';
import { present } from '../../present.ts';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type CallOptions, type Executor, type Guarded, wrapWith } from '../call.ts';
import { mistakeIn } from '../mistake.ts';
import { type Site, siteOf } from '../site.ts';
import { type CrossingPool, takeCrossing } from './crossing.ts';
import { type BreakerEvents, callEventNames } from './events.ts';
import { BreakerGate, countCancelled, type Passage } from './gate.ts';
import { passHeeding } from './heeding.ts';
import { type BreakerSettings, type CircuitBreakerOptions, readBreakerOptions } from './options.ts';

/** Leave to make one call. Settle it once; what comes after the first has no effect. */
export interface Permit {
  succeed(result?: unknown): void;
  fail(error: unknown): void;
  /** Gives it back unused. */
  release(): void;
}

/** What the breaker's window holds. */
export interface BreakerMetrics {
  readonly callCount: number;
  readonly failureCount: number;
  readonly slowCallCount: number;
  /** Calls turned away since the window was last emptied. */
  readonly rejectedCount: number;
  /** 0 to 1; `undefined` below `minimumCalls`. */
  readonly failureRatio: number | undefined;
  readonly slowCallRatio: number | undefined;
}

export interface RemoteHold extends Attribution {
  readonly state: 'forced_open' | 'disabled';
  /** Epoch milliseconds, for people to see; whoever holds it ends the hold. */
  readonly untilAt?: number;
}

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createCircuitBreaker(
  runtime: Runtime,
  name: string,
  options: CircuitBreakerOptions = {},
): CircuitBreaker {
  const settings = readBreakerOptions(options, '');
  return new CircuitBreaker(siteOf(runtime, name, settings.dependency), options, settings);
}

/**
 * Stops calling what keeps failing: it opens when too many of the last calls failed or were slow, rejects
 * with `HOLDFAST_CIRCUIT_OPEN` for a while, then lets some probes decide whether it closes again.
 */
export class CircuitBreaker implements Executor {
  readonly name: string;
  /** @internal */
  readonly gate: BreakerGate;
  #options: CircuitBreakerOptions;
  readonly #crossings: CrossingPool = { first: undefined };

  /** `settings` are what was read from `options`. */
  constructor(site: Site, options: CircuitBreakerOptions, settings: BreakerSettings) {
    this.name = site.name;
    this.#options = options;
    this.gate = new BreakerGate(site, settings);
  }

  get state(): BreakerState {
    return this.gate.phase.state;
  }

  get metrics(): BreakerMetrics {
    this.gate.refresh();
    const { phase } = this.gate;
    const { callCount, failureCount, slowCallCount } = phase.window;
    const { rejectedCount, failureRatio, slowCallRatio } = phase;
    return { callCount, failureCount, slowCallCount, rejectedCount, failureRatio, slowCallRatio };
  }

  /** @internal */
  get meter(): Meter {
    return this.gate.meter;
  }

  execute<T>(fn: Guarded<T>, options?: CallOptions): Promise<T> {
    const mistake = mistakeIn(fn, options);
    if (mistake !== undefined) return Promise.reject(mistake);
    const signal = options?.signal;
    if (signal?.aborted) {
      countCancelled(this.meter);
      return Promise.reject(signal.reason);
    }
    const phase = this.gate.admit();
    if (phase === undefined) return Promise.reject(this.gate.rejection());
    const answer =
      signal === undefined
        ? takeCrossing(this.gate, this.#crossings).begin(phase, fn)
        : passHeeding(this.gate, { phase, fn, signal });
    return answer as Promise<T>; // what `fn` answers
  }

  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
  ): (this: This, ...args: A) => Promise<T> {
    return wrapWith(this, fn);
  }

  /** Leave for one call that is made elsewhere, or `undefined` where it is rejected. */
  tryAcquire(): Permit | undefined {
    const { gate } = this;
    const { clock, classifier } = gate.runtime;
    const phase = gate.admit();
    if (phase === undefined) return undefined;
    let passage: Passage | undefined = { phase, startedMs: clock.monotonic() };
    const settle = (end: (open: Passage, endedMs: number) => void): void => {
      const open = passage;
      passage = undefined;
      if (open !== undefined) end(open, clock.monotonic());
    };
    return {
      succeed: (result) => settle((open, endedMs) => gate.succeed(open, endedMs, result)),
      fail: (error) =>
        settle((open, endedMs) =>
          gate.fail(open, endedMs, { error, classification: classifier.classify(error) }),
        ),
      release: () => settle((open, endedMs) => gate.release(open, endedMs)),
    };
  }

  /** Rejects all calls until something else is said. */
  forceOpen(reason?: string): void {
    this.gate.go('forced_open', byCode(reason));
  }

  /** Lets all calls through, and records nothing. */
  disable(reason?: string): void {
    this.gate.go('disabled', byCode(reason));
  }

  /** Lets all calls through, records them, and reports each crossing of a threshold. */
  metricsOnly(reason?: string): void {
    this.gate.go('metrics_only', byCode(reason));
  }

  /** Opens as if it had tripped. `durationMs` stands instead of the usual open duration. */
  open(reason?: string, { durationMs }: { readonly durationMs?: number } = {}): void {
    const openForMs = optional(number())(durationMs, 'durationMs');
    this.gate.go('open', { ...byCode(reason), openForMs });
  }

  halfOpen(reason?: string): void {
    this.gate.go('half_open', byCode(reason));
  }

  /** Closes with an empty window. */
  close(reason?: string): void {
    this.gate.go('closed', byCode(reason));
  }

  /** Closes with an empty window, and reports it even where it was closed. */
  reset(): void {
    this.gate.reset();
  }

  /** Changes options of the running breaker. Its state, its listeners and the newest outcomes are kept. */
  reconfigure(options: CircuitBreakerOptions): void {
    readBreakerOptions(options, ''); // as it came: of what is no object nothing would be left in the merged
    const merged = { ...this.#options, ...options };
    this.gate.reconfigure(readBreakerOptions(merged, ''));
    this.#options = merged;
  }

  /** Calls `listener` at each event of that name; the answer ends that. */
  on<K extends keyof BreakerEvents>(event: K, listener: (event: BreakerEvents[K]) => unknown): () => void {
    const { gate } = this;
    const off = gate.listeners.on(event, listener);
    const look = (): void => {
      gate.hearsCalls = callEventNames.some((name) => gate.listeners.hears(name));
    };
    look();
    return () => {
      off();
      look();
    };
  }

  /**
   * Holds it for an operator. Again with the same state renews author, reason and end.
   * @internal
   */
  holdRemotely({ state, by, reason, untilAt }: RemoteHold): void {
    const { gate } = this;
    const { change, isHeld } = gate.phase;
    const isSame =
      change?.attribution?.by === by && change.attribution.reason === reason && change.untilAt === untilAt;
    if (isHeld && this.state === state && isSame) return;
    gate.go(state, { cause: 'remote', attribution: { by, reason }, untilAt, isHeld: true });
  }

  /**
   * Ends an operator's hold: closed with an empty window. Does nothing where nobody holds it.
   * @internal
   */
  releaseRemotely(attribution: Attribution): void {
    if (this.gate.phase.isHeld) this.closeRemotely(attribution);
  }

  /** @internal */
  closeRemotely({ by, reason }: Attribution): void {
    this.gate.go('closed', { cause: 'remote', attribution: { by, reason } });
  }

  /**
   * What a reader who missed every event needs to know.
   * @internal
   */
  level(): Omit<BreakerLevel, 'resource'> {
    const { gate } = this;
    const { phase, lastFailure, runtime } = gate;
    const { change } = phase;
    const failureRatio = this.metrics.failureRatio ?? change?.failureRatio;
    return present({
      state: phase.state,
      sinceAt: phase.sinceAt,
      cause: change && describeTransition(change),
      untilAt: change?.untilAt,
      attribution: change?.attribution,
      failureRatio,
      error: lastFailure && summarise(lastFailure.error, lastFailure.classification, runtime.redact),
    });
  }
}

/** The cause of a transition that the host's own code asks for. */
function byCode(reason: string | undefined): { cause: 'manual'; attribution: Attribution | undefined } {
  optional(text(Number.POSITIVE_INFINITY))(reason, 'reason'); // a longer one than may be sent is cut there
  return { cause: 'manual', attribution: reason === undefined ? undefined : { by: 'code', reason } };
}
