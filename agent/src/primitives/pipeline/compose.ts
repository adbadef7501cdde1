import { type CallContext, type CallOptions, type Executor, type Guarded, Scope, wrapWith } from '../call.ts';
import type { Endpoints, EndpointsExecutor } from '../endpoints/endpoints.ts';
import { mistakeIn } from '../mistake.ts';

/** What primitives are together: with a pool of endpoints among them, the function is given its endpoint. */
export type Composed<P extends readonly Executor[]> = [EndpointOf<P[number]>] extends [never]
  ? Executor
  : EndpointsExecutor<EndpointOf<P[number]>>;

type EndpointOf<P> = P extends Endpoints<infer E> ? E : never;

/**
 * Primitives in an order of one's own; the first is the outermost. Each hands its signal and the caller's
 * context to the next, and the endpoint that it chose. Throws a `TypeError` for what is not a primitive.
 */
export function compose<const P extends readonly Executor[]>(...primitives: P): Composed<P> {
  if (primitives.length === 0) throw new TypeError('`compose` needs at least one primitive');
  primitives.forEach((primitive, index) => {
    if (typeof primitive?.execute !== 'function')
      throw new TypeError(`argument ${index + 1} of \`compose\` is not a primitive`);
  });
  const composed: Executor = {
    name: primitives.map(({ name }) => name).join(' → '),
    execute: (fn, options) => {
      const mistake = mistakeIn(fn, options);
      if (mistake !== undefined) return Promise.reject(mistake);
      return through(primitives, { fn, options, attempt: 1 });
    },
    wrap: (fn) => wrapWith(composed, fn),
  };
  return composed as Composed<P>; // with a pool among them, `through` hands its endpoint on
}

interface Request<T> {
  readonly fn: Guarded<T>;
  readonly options: CallOptions | undefined;
  /** The attempt that the layers further out are at. */
  readonly attempt: number;
  /** What a pool further out has chosen. */
  readonly endpoint?: unknown;
}

function through<T>(primitives: readonly Executor[], request: Request<T>): Promise<T> {
  const { fn, options } = request;
  const [first, ...rest] = primitives;
  if (first === undefined) return Promise.reject(new TypeError('nothing to compose'));
  const inner: Guarded<T> = (call) => {
    const attempt = Math.max(request.attempt, call.attempt);
    const endpoint = 'endpoint' in call ? call.endpoint : request.endpoint;
    if (rest.length === 0) return fn(contextOf(call, attempt, endpoint));
    const handed = { ...options, signal: call.signal, attempt };
    return through(rest, { fn, options: handed, attempt, endpoint });
  };
  return first.execute(inner, options);
}

function contextOf(call: CallContext, attempt: number, endpoint: unknown): CallContext {
  const isOwn = endpoint === undefined || 'endpoint' in call;
  if (isOwn && attempt === call.attempt) return call;
  const scope = new Scope(attempt, call.signal);
  return endpoint === undefined ? scope : Object.assign(scope, { endpoint });
}
