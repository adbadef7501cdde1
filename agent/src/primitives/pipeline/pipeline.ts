import { describeConfig } from '../../options/describe-config.ts';
import { present } from '../../present.ts';
import type { Runtime } from '../../runtime.ts';
import { deadlinesOf } from '../../time/deadlines.ts';
import { Slots } from '../bulkhead/slots.ts';
import type { CallOptions, Executor, Guarded } from '../call.ts';
import { CircuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import { Engine } from '../engine/engine.ts';
import { StandIn } from '../fallback/stand-in.ts';
import { RetryPolicy } from '../retry/policy.ts';
import { meterOf, type Site, siteOf } from '../site.ts';
import { type PipelineOptions, readPipelineOptions } from './options.ts';

export type { PipelineOptions } from './options.ts';

/**
 * The fault tolerance layer: fallback → bulkhead → total time-out → retry → circuit breaker → time-out of
 * each attempt → the function. Throws a `TypeError` or `RangeError` for wrong options.
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
    const { clock } = runtime;
    const site = siteOf(runtime, name, settings.dependency);
    const inner: Site = { ...site, pipeline: name };
    const { fallback, fallbackOn, bulkhead, totalTimeoutMs, retry, circuitBreaker, timeoutMs } = settings;
    const meter = meterOf(site, { kind: 'pipeline', config: describeConfig(settings) });
    this.name = name;
    this.circuitBreaker =
      circuitBreaker && new CircuitBreaker(inner, options.circuitBreaker ?? {}, circuitBreaker);
    const resource = { kind: 'pipeline', meter } as const;
    this.#engine = new Engine(inner, resource, {
      standIn: fallback && new StandIn(inner, meter, present({ fallback, fallbackOn })),
      bulkhead: bulkhead && new Slots(inner, bulkhead),
      totalTimeout: totalTimeoutMs === undefined ? undefined : deadlinesOf(clock, totalTimeoutMs),
      retry: retry && new RetryPolicy(runtime, retry),
      breaker: this.circuitBreaker?.gate,
      timeout: timeoutMs === undefined ? undefined : deadlinesOf(clock, timeoutMs),
    });
  }

  /**
   * Calls `fn` through all layers. Rejects with the function's own error, unchanged; with a `ResilienceError`
   * where a layer answered instead; or with the signal's reason where the caller gave up.
   */
  execute<T>(fn: Guarded<T>, options?: CallOptions): Promise<T> {
    return this.#engine.execute(fn, options);
  }

  wrap<A extends unknown[], T>(fn: (...args: A) => T | PromiseLike<T>): (...args: A) => Promise<T> {
    return this.#engine.wrap(fn);
  }
}
