import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Classification } from '../classification/classifier.ts';
import { hasCode, isResilienceError } from '../errors.ts';
import type { HealthHandler } from '../health/health-handler.ts';
import { boolean, type Check, func, mustBe, optional, readOptions, withDefault } from '../options/checks.ts';
import type { CallOptions, Executor } from '../primitives/call.ts';
import type { LoadShedderOptions } from '../primitives/load-shedder/options.ts';
import { mistakeIn } from '../primitives/mistake.ts';

export interface MiddlewareOptions {
  /**
   * What turns requests away under load: the options of the load shedder `http` that is made for it, or any
   * primitive. What is turned away is answered 503, by a rate limiter 429, with `Retry-After`. Default: none.
   */
  readonly shed?: LoadShedderOptions | Executor;
  /** How important a request is, and whom a rate limiter counts it for. Default: all are the same. */
  readonly call?: (request: IncomingMessage) => Pick<CallOptions, 'priority' | 'key'>;
  /** Whether `/livez`, `/readyz`, `/startupz` and `/health` are answered, shedding or not. Default true. */
  readonly health?: boolean;
}

/** What of an agent serves requests. */
export interface MiddlewareHost {
  classify(error: unknown): Classification;
  report(error: unknown, where: { readonly operation: string }): void;
  healthHandler(): HealthHandler;
  loadShedder(name: string, options: LoadShedderOptions): Executor;
}

/** What a request is told that is turned away. */
export interface Refusal {
  readonly status: number;
  /** Whole seconds. */
  readonly retryAfter: string;
  readonly body: { readonly error: string; readonly code?: string };
}

/** What the middlewares of all frameworks do, on Node's own requests and responses. */
export class Requests {
  readonly #host: MiddlewareHost;
  readonly #internalError: (error: unknown) => void;
  readonly #guard: Executor | undefined;
  readonly #call: MiddlewareOptions['call'];
  readonly #health: HealthHandler | undefined;
  /** Ends the guarded call of a request as failed. */
  readonly #fails = new WeakMap<ServerResponse, (error: unknown) => void>();

  /** Throws a `TypeError` or `RangeError` for wrong options. */
  constructor(
    host: MiddlewareHost,
    internalError: (error: unknown) => void,
    options: MiddlewareOptions = {},
  ) {
    const { shed, call, health } = readOptions(optionChecks, options);
    this.#host = host;
    this.#internalError = internalError;
    this.#call = call;
    this.#health = health ? host.healthHandler() : undefined;
    this.#guard = shed === undefined || isExecutor(shed) ? shed : host.loadShedder('http', shed);
  }

  /** Whether the request is one of a health probe; then it is answered. */
  isHealth(request: IncomingMessage, response: ServerResponse): boolean {
    let isHealth = this.#health !== undefined;
    this.#health?.(request, response, () => {
      isHealth = false;
    });
    return isHealth;
  }

  /** Resolves when the request may be served, or with what it is told instead. Never rejects. */
  admit(request: IncomingMessage, response: ServerResponse): Promise<Refusal | undefined> {
    const guard = this.#guard;
    if (guard === undefined) return Promise.resolve(undefined);
    const client = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) client.abort();
    });
    return new Promise((resolve) => {
      const serve = (): Promise<void> => {
        resolve(undefined);
        return this.#served(response);
      };
      guard
        .execute(serve, { ...this.#callOf(request), signal: client.signal })
        .catch((error: unknown) => resolve(refusalOf(error))); // after `serve` this says nothing any more
    });
  }

  /**
   * Reports what a handler threw. `route` is the pattern of its route, where it is known and a string; never
   * the path of the request, of which there is no end.
   */
  report(error: unknown, response: ServerResponse, route: unknown): void {
    const { method = '' } = response.req;
    const operation = typeof route === 'string' ? `${method} ${route}` : method;
    const { class: errorClass } = this.#host.classify(error);
    const isCallers = errorClass === 'caller' || errorClass === 'cancelled';
    // Who left has broken the connection: what that does to the handler is no failure of ours.
    const isGone = response.destroyed && !response.writableFinished;
    if (isGone && (isCallers || errorClass === 'transient')) this.#host.report(gone, { operation });
    else this.#host.report(error, { operation });
    if (!isCallers) this.#fails.get(response)?.(error);
  }

  /** Until the answer is sent. */
  #served(response: ServerResponse): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fails.set(response, reject);
      response.once('close', resolve);
    });
  }

  #callOf(request: IncomingMessage): Pick<CallOptions, 'priority' | 'key'> | undefined {
    try {
      const call = this.#call?.(request);
      const mistake = mistakeIn(this.#call, call);
      if (mistake === undefined) return call;
      this.#internalError(mistake);
      return undefined;
    } catch (error) {
      this.#internalError(error);
      return undefined;
    }
  }
}

function refusalOf(error: unknown): Refusal {
  const own = isResilienceError(error) ? error : undefined;
  const retryAfter = String(Math.max(1, Math.ceil((own?.retryAfterMs ?? 0) / 1_000)));
  const status = hasCode(error, 'HOLDFAST_RATE_LIMITED') ? 429 : 503;
  const said = status === 429 ? 'too many requests' : 'too busy at present';
  return { status, retryAfter, body: own === undefined ? { error: said } : { error: said, code: own.code } };
}

/** Classified as cancelled. One for all: it has nothing to tell of the single case. */
const gone: Error = Object.assign(new Error('the client went away'), { name: 'AbortError' });

function isExecutor(shed: LoadShedderOptions | Executor): shed is Executor {
  return 'execute' in shed;
}

/** The options of a load shedder are checked by the one that is made of them. */
const readShed: Check<LoadShedderOptions | Executor> = (shed, place) => {
  if (typeof shed === 'object' && shed !== null) return shed;
  throw new TypeError(mustBe(place, 'options of a load shedder or a primitive', shed));
};

const optionChecks = {
  shed: optional(readShed),
  call: optional(func<NonNullable<MiddlewareOptions['call']>>()),
  health: withDefault(true, boolean),
};
