import { countIndex } from '@holdfast/shared';
import { type ErrorSource, ResilienceError } from '../../errors.ts';
import type { Runtime } from '../../runtime.ts';
import { type CallContext, type CallOptions, type Executor, inPlaceOf, Scope } from '../call.ts';
import { countCancelled } from '../circuit-breaker/gate.ts';
import { mistakeIn } from '../mistake.ts';
import { siteOf, sourceOf } from '../site.ts';
import { type EndpointsOptions, readEndpoints, readEndpointsOptions } from './options.ts';
import { Pool } from './pool.ts';
import { visit } from './visit.ts';

/** What a function is given that a pool calls. */
export interface EndpointContext<E> extends CallContext {
  /** Where to send this call. */
  readonly endpoint: E;
}

export interface EndpointCallOptions extends CallOptions {
  /**
   * The attempt that the layers further out are at. From the second on the pool prefers an endpoint whose
   * last call did not end with an error. Default 1.
   */
  readonly attempt?: number;
}

/** An executor whose functions are given an endpoint: a pool, or what it is composed of. */
export interface EndpointsExecutor<E> extends Executor {
  execute<T>(fn: (call: EndpointContext<E>) => T | PromiseLike<T>, options?: EndpointCallOptions): Promise<T>;
}

/** What is known of one endpoint. */
export interface EndpointStatus<E> {
  readonly endpoint: E;
  readonly id: string;
  readonly state: 'ready' | 'ejected';
  readonly inFlightCount: number;
  /** Failures since the last success. */
  readonly failureCount: number;
  /** Ejections in close succession; the next lasts longer for each. */
  readonly ejectionCount: number;
  /** Why it is out, in words. */
  readonly cause?: string;
  /** Epoch milliseconds: when it comes back, or the probe that could bring it back. */
  readonly untilAt?: number;
}

/** Throws a `TypeError` or `RangeError` for wrong options. */
export function createEndpoints<E extends string | object>(
  runtime: Runtime,
  name: string,
  options: EndpointsOptions<E>,
): Endpoints<E> {
  return new Endpoints(runtime, name, options);
}

/**
 * Equal endpoints of one service. Spreads calls over them, and leaves out for a while what fails: too often
 * in a row, clearly more often than the others, or in its active check. Rejects with `HOLDFAST_NO_ENDPOINT`
 * where it has none.
 */
export class Endpoints<E extends string | object = string> implements EndpointsExecutor<E> {
  readonly name: string;
  readonly #runtime: Runtime;
  readonly #pool: Pool<E>;
  readonly #source: ErrorSource;

  constructor(runtime: Runtime, name: string, options: EndpointsOptions<E>) {
    const settings = readEndpointsOptions(options);
    const site = siteOf(runtime, name, settings.dependency);
    const pool = new Pool(site, settings);
    this.name = name;
    this.#runtime = runtime;
    this.#pool = pool;
    this.#source = sourceOf(site, 'endpoints');
    runtime.onClose?.(() => pool.close());
  }

  /** Each endpoint, in the order in which they were given. */
  get status(): readonly EndpointStatus<E>[] {
    return this.#pool.members.map(
      ({ endpoint, id, inFlightCount, failureCount, ejectionCount, ejection }) => ({
        endpoint,
        id,
        state: ejection === undefined ? 'ready' : 'ejected',
        inFlightCount,
        failureCount,
        ejectionCount,
        ...(ejection && { cause: ejection.cause, untilAt: ejection.untilAt }),
      }),
    );
  }

  /**
   * Other endpoints from now on. What is known of those that stay is kept, and calls that are under way are
   * not ended. Throws `TypeError` or `RangeError` for what is no list of endpoints, and changes nothing then.
   */
  set(endpoints: readonly E[]): void {
    readEndpoints(endpoints, 'endpoints');
    this.#pool.set(endpoints);
  }

  /**
   * Calls `fn` with an endpoint. Rejects with the function's own error, unchanged, or with the signal's
   * reason where the caller gave up.
   */
  execute<T>(
    fn: (call: EndpointContext<E>) => T | PromiseLike<T>,
    options?: EndpointCallOptions,
  ): Promise<T> {
    const mistake = mistakeIn(fn, options);
    if (mistake !== undefined) return Promise.reject(mistake);
    const { signal, attempt = 1, operation } = options ?? {};
    const pool = this.#pool;
    if (signal?.aborted) {
      countCancelled(pool.meter);
      return Promise.reject(signal.reason);
    }
    const member = pool.take(attempt > 1);
    if (member === undefined) return Promise.reject(this.#rejection());
    const scope = new EndpointScope(attempt, signal, member.endpoint);
    return visit({ runtime: this.#runtime, pool, member, run: () => fn(scope), signal, operation });
  }

  /**
   * A function that is called with the same `this` and the same arguments, and after those with the context
   * of the call.
   */
  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: [...args: A, call: EndpointContext<E>]) => T | PromiseLike<T>,
  ): (this: This, ...args: A) => Promise<T>;
  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
  ): (this: This, ...args: A) => Promise<T>;
  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: [...args: A, call: EndpointContext<E>]) => T | PromiseLike<T>,
  ): (this: This, ...args: A) => Promise<T> {
    const execute: Endpoints<E>['execute'] = (run) => this.execute(run);
    const wrapped = function (this: This, ...args: A): Promise<T> {
      return execute((call) => fn.call(this, ...args, call));
    };
    return inPlaceOf(fn, wrapped, Number.POSITIVE_INFINITY);
  }

  #rejection(): ResilienceError {
    const { meter } = this.#pool;
    meter.count(countIndex.rejected);
    meter.count(countIndex.class_rejected);
    return new ResilienceError({
      code: 'HOLDFAST_NO_ENDPOINT',
      message: `"${this.name}" has no endpoint`,
      source: this.#source,
    });
  }
}

class EndpointScope<E> extends Scope implements EndpointContext<E> {
  declare readonly endpoint: E;

  constructor(attempt: number, signal: AbortSignal | undefined, endpoint: E) {
    super(attempt, signal);
    this.endpoint = endpoint;
  }
}
