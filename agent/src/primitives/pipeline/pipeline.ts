import { describeConfig } from '../../options/describe-config.ts';
import { present } from '../../present.ts';
import type { Runtime } from '../../runtime.ts';
import type { Meter } from '../../telemetry/meter.ts';
import { type DeadlineList, deadlinesOf } from '../../time/deadlines.ts';
import { Slots } from '../bulkhead/slots.ts';
import type { CallOptions, Executor, Guarded } from '../call.ts';
import { CircuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import { Engine } from '../engine/engine.ts';
import type { Layers } from '../engine/layers.ts';
import { StandIn } from '../fallback/stand-in.ts';
import { createHedging } from '../hedge/hedging.ts';
import { createShedding } from '../load-shedder/load-shedder.ts';
import { createLimiting } from '../rate-limiter/limiter.ts';
import { budgetOf, gaugesOf } from '../retry/budget.ts';
import { RetryPolicy } from '../retry/policy.ts';
import { meterOf, type Site, siteOf } from '../site.ts';
import { type PipelineOptions, type PipelineSettings, readPipelineOptions } from './options.ts';

export type { PipelineOptions } from './options.ts';

/**
 * The fault tolerance layer: fallback → load shedder → rate limiter → bulkhead → total time-out → retry →
 * circuit breaker → time-out of each attempt → hedge → injected faults → the function. Throws a `TypeError`
 * or `RangeError` for wrong options.
 */
export function createPipeline(runtime: Runtime, name: string, options: PipelineOptions): Pipeline {
  return new Pipeline(runtime, name, options);
}

export class Pipeline implements Executor {
  readonly name: string;
  /** The pipeline's own breaker, where it has one. */
  readonly circuitBreaker: CircuitBreaker | undefined;
  readonly #engine: Engine;

  constructor(runtime: Runtime, name: string, options: PipelineOptions) {
    const settings = readPipelineOptions(options, '');
    const { circuitBreaker, retry } = settings;
    const site = siteOf(runtime, name, settings.dependency);
    const inner: Site = { ...site, pipeline: name };
    const budget = retry?.budget && budgetOf(runtime, retry.budget);
    // The layers that are resources of their own show their options there.
    const own = { circuitBreaker: undefined, loadShedder: undefined, rateLimiter: undefined };
    const config = describeConfig({ ...settings, ...own });
    const meter = meterOf(site, { kind: 'pipeline', config, ...gaugesOf(budget) });
    this.name = name;
    this.circuitBreaker =
      circuitBreaker && new CircuitBreaker(inner, options.circuitBreaker ?? {}, circuitBreaker);
    const layers = {
      ...outerLayers(inner, meter, settings),
      retry: retry && new RetryPolicy(runtime, retry, { meter, budget }),
      breaker: this.circuitBreaker?.gate,
      ...innerLayers(inner, meter, settings),
    };
    this.#engine = new Engine(inner, { kind: 'pipeline', meter }, layers);
  }

  /**
   * Calls `fn` through all layers. Rejects with the function's own error, unchanged; with a `ResilienceError`
   * where a layer answered instead; or with the signal's reason where the caller gave up.
   */
  execute<T>(fn: Guarded<T>, options?: CallOptions): Promise<T> {
    return this.#engine.execute(fn, options);
  }

  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
  ): (this: This, ...args: A) => Promise<T> {
    return this.#engine.wrap(fn);
  }
}

/** Those that see a call once. */
function outerLayers(site: Site, meter: Meter, settings: PipelineSettings): Layers {
  const { fallback, fallbackOn, loadShedder, rateLimiter, bulkhead, totalTimeoutMs } = settings;
  return {
    standIn: fallback && new StandIn(site, meter, present({ fallback, fallbackOn })),
    loadShedder: loadShedder && createShedding(site, loadShedder),
    rateLimiter: rateLimiter && createLimiting(site, rateLimiter),
    bulkhead: bulkhead && new Slots(site, bulkhead),
    totalTimeout: timeLimit(site.runtime, totalTimeoutMs),
  };
}

/** Those around each attempt. */
function innerLayers(site: Site, meter: Meter, settings: PipelineSettings): Layers {
  const { timeoutMs, hedge, tags } = settings;
  const { faults } = site.runtime;
  return {
    timeout: timeLimit(site.runtime, timeoutMs),
    hedge: hedge && createHedging(site, hedge, meter),
    faults: faults?.innerFor({ pipeline: site.name, tags, meter }),
  };
}

function timeLimit({ clock }: Runtime, delayMs: number | undefined): DeadlineList | undefined {
  return delayMs === undefined ? undefined : deadlinesOf(clock, delayMs, { keepsAlive: true });
}
