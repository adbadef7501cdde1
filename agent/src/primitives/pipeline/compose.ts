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
 * context to the next, and the endpoint that it chose. `handOn` is told the error that each hands on to the
 * one around it. Throws a `TypeError` for what is not a primitive.
 */
export function compose<const P extends readonly Executor[]>(
  primitives: P,
  handOn: (error: unknown) => void,
): Composed<P> {
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
      return through(primitives, { fn, handOn, attempt: 0 }, { options, attempt: 1 });
    },
    wrap: (fn) => wrapWith(composed, fn),
  };
  return composed as Composed<P>; // with a pool among them, `through` hands its endpoint on
}

/** A call through all of them. */
interface Request<T> {
  readonly fn: Guarded<T>;
  readonly handOn: (error: unknown) => void;
  /** The latest attempt: how often the function was called, and more where a layer turned an attempt away. */
  attempt: number;
}

/** What the layers further out have come to. */
interface Outer {
  readonly options: CallOptions | undefined;
  readonly attempt: number;
  /** What a pool has chosen. */
  readonly endpoint?: unknown;
}

function through<T>(primitives: readonly Executor[], request: Request<T>, outer: Outer): Promise<T> {
  const { options } = outer;
  const [first, ...rest] = primitives;
  if (first === undefined) return Promise.reject(new TypeError('nothing to compose'));
  const inner: Guarded<T> = (call) => {
    const attempt = Math.max(outer.attempt, call.attempt, request.attempt + 1);
    const endpoint = 'endpoint' in call ? call.endpoint : outer.endpoint;
    if (rest.length === 0) {
      request.attempt = attempt;
      return request.fn(contextOf(call, attempt, endpoint));
    }
    const handed = { ...options, signal: call.signal, attempt };
    const answer = through(rest, request, { options: handed, attempt, endpoint });
    answer.catch(request.handOn); // before the layer further out, which is not there yet, sees it
    return answer;
  };
  return first.execute(inner, options);
}

function contextOf(call: CallContext, attempt: number, endpoint: unknown): CallContext {
  const isOwn = endpoint === undefined || 'endpoint' in call;
  if (isOwn && attempt === call.attempt) return call;
  const scope = new Scope(attempt, call.signal);
  return endpoint === undefined ? scope : Object.assign(scope, { endpoint });
}
