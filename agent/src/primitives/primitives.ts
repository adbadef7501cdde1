import { handOn } from '../classification/error-log.ts';
import type { BreakerDirectory } from '../control/breaker-directory.ts';
import { Registry, taken } from '../registry.ts';
import type { Runtime } from '../runtime.ts';
import { type Bulkhead, createBulkhead } from './bulkhead/bulkhead.ts';
import type { BulkheadOptions } from './bulkhead/options.ts';
import { type Cache, createCache } from './cache/cache.ts';
import type { CacheOptions } from './cache/options.ts';
import type { Executor } from './call.ts';
import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker/circuit-breaker.ts';
import type { CircuitBreakerOptions } from './circuit-breaker/options.ts';
import { createEndpoints, type Endpoints } from './endpoints/endpoints.ts';
import type { EndpointsOptions } from './endpoints/options.ts';
import { createFallback, type Fallback } from './fallback/fallback.ts';
import type { FallbackOptions } from './fallback/options.ts';
import { createHedge, type Hedge } from './hedge/hedge.ts';
import type { HedgeOptions } from './hedge/options.ts';
import { createIdempotency, type Idempotency } from './idempotency/idempotency.ts';
import type { IdempotencyOptions } from './idempotency/options.ts';
import { createLoadShedder, type LoadShedder } from './load-shedder/load-shedder.ts';
import type { LoadShedderOptions } from './load-shedder/options.ts';
import { type Composed, compose } from './pipeline/compose.ts';
import type { PipelineOptions } from './pipeline/options.ts';
import { createPipeline, type Pipeline } from './pipeline/pipeline.ts';
import type { QueueOptions } from './queue/options.ts';
import { createQueue, type Queue } from './queue/queue.ts';
import type { RateLimiterOptions } from './rate-limiter/options.ts';
import { createRateLimiter, type RateLimiter } from './rate-limiter/rate-limiter.ts';
import type { RetryOptions } from './retry/options.ts';
import { createRetry, type Retry } from './retry/retry.ts';
import type { SagaOptions } from './saga/options.ts';
import { createSaga, type Saga } from './saga/saga.ts';
import { createTimeout, type Timeout, type TimeoutOptions } from './timeout/timeout.ts';

/**
 * A service's own fault tolerance layer. Each primitive is made once: asked for again by its name alone it is
 * the same one, asked for again with options it is an `Error`. Bad options throw `TypeError` or `RangeError`,
 * naming the option.
 */
export class Primitives {
  readonly #runtime: Runtime;
  readonly #breakers: BreakerDirectory;
  readonly #registry = new Registry();

  constructor(runtime: Runtime, breakers: BreakerDirectory) {
    this.#runtime = runtime;
    this.#breakers = breakers;
  }

  /**
   * The layers that `options` names, in the one order that makes sense; `compose` is for any other. The first
   * time with options: a name that is misspelt must not be a pipeline without any layer.
   */
  pipeline(name: string, options?: PipelineOptions): Pipeline {
    return this.#registry.getOrMake({ kind: 'pipeline', name }, options, () => {
      if (options?.circuitBreaker !== undefined && this.#breakers.get(name) !== undefined)
        throw taken({ kind: 'circuit breaker', name });
      const pipeline = createPipeline(this.#runtime, name, required('pipeline', name, options));
      if (pipeline.circuitBreaker !== undefined) this.#adopt(pipeline.circuitBreaker);
      return pipeline;
    });
  }

  /** Primitives around each other; the first is the outermost. */
  compose<const P extends readonly Executor[]>(...primitives: P): Composed<P> {
    return compose(primitives, (error) => handOn(this.#runtime, error));
  }

  circuitBreaker(name: string, options?: CircuitBreakerOptions): CircuitBreaker {
    return this.#registry.getOrMake({ kind: 'circuit breaker', name }, options, () => {
      const breaker = createCircuitBreaker(this.#runtime, name, options);
      this.#breakers.add(breaker);
      return breaker;
    });
  }

  /** The first time with options. */
  endpoints<E extends string | object = string>(name: string, options?: EndpointsOptions<E>): Endpoints<E> {
    const make = (): Endpoints<E> =>
      createEndpoints(this.#runtime, name, required('endpoints', name, options));
    return this.#registry.getOrMake({ kind: 'endpoints', name }, options, make);
  }

  retry(name: string, options?: RetryOptions): Retry {
    const make = (): Retry => createRetry(this.#runtime, name, options);
    return this.#registry.getOrMake({ kind: 'retry', name }, options, make);
  }

  /** The first time with options. */
  timeout(name: string, options?: TimeoutOptions): Timeout {
    const make = (): Timeout => createTimeout(this.#runtime, name, required('timeout', name, options));
    return this.#registry.getOrMake({ kind: 'timeout', name }, options, make);
  }

  /** The first time with options. */
  bulkhead(name: string, options?: BulkheadOptions): Bulkhead {
    const make = (): Bulkhead => createBulkhead(this.#runtime, name, required('bulkhead', name, options));
    return this.#registry.getOrMake({ kind: 'bulkhead', name }, options, make);
  }

  /** The first time with options. */
  rateLimiter(name: string, options?: RateLimiterOptions): RateLimiter {
    const make = (): RateLimiter =>
      createRateLimiter(this.#runtime, name, required('rate limiter', name, options));
    return this.#registry.getOrMake({ kind: 'rate limiter', name }, options, make);
  }

  /** The first time with options. */
  loadShedder(name: string, options?: LoadShedderOptions): LoadShedder {
    const make = (): LoadShedder =>
      createLoadShedder(this.#runtime, name, required('load shedder', name, options));
    return this.#registry.getOrMake({ kind: 'load shedder', name }, options, make);
  }

  /** The first time with options. */
  queue<T>(name: string, options?: QueueOptions): Queue<T> {
    const make = (): Queue<T> => createQueue(this.#runtime, name, required('queue', name, options));
    return this.#registry.getOrMake({ kind: 'queue', name }, options, make);
  }

  /** The first time with options. */
  fallback(name: string, options?: FallbackOptions): Fallback {
    const make = (): Fallback => createFallback(this.#runtime, name, required('fallback', name, options));
    return this.#registry.getOrMake({ kind: 'fallback', name }, options, make);
  }

  /** The first time with options. */
  cache(name: string, options?: CacheOptions): Cache {
    const make = (): Cache => createCache(this.#runtime, name, required('cache', name, options));
    return this.#registry.getOrMake({ kind: 'cache', name }, options, make);
  }

  /** Only for what may be called twice at once without harm. */
  hedge(name: string, options?: HedgeOptions): Hedge {
    const make = (): Hedge => createHedge(this.#runtime, name, options);
    return this.#registry.getOrMake({ kind: 'hedge', name }, options, make);
  }

  idempotency(name: string, options?: IdempotencyOptions): Idempotency {
    const make = (): Idempotency => createIdempotency(this.#runtime, name, options);
    return this.#registry.getOrMake({ kind: 'idempotency', name }, options, make);
  }

  saga<Input = unknown>(name: string, options?: SagaOptions<Input>): Saga<Input> {
    const make = (): Saga<Input> => createSaga(this.#runtime, name, options);
    return this.#registry.getOrMake({ kind: 'saga', name }, options, make);
  }

  #adopt(breaker: CircuitBreaker): void {
    this.#registry.getOrMake({ kind: 'circuit breaker', name: breaker.name }, undefined, () => breaker);
    this.#breakers.add(breaker);
  }
}

function required<T>(kind: string, name: string, options: T | undefined): T {
  if (options === undefined)
    throw new TypeError(`${kind} \`${name}\` does not exist yet: its options must be given`);
  return options;
}
