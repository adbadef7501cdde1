import { type CallOptions, type Executor, type Guarded, Scope, wrapWith } from '../call.ts';

/**
 * Primitives in an order of one's own; the first is the outermost. Each hands its signal and the caller's
 * context to the next. Throws a `TypeError` for what is not a primitive.
 */
export function compose(...primitives: readonly Executor[]): Executor {
  if (primitives.length === 0) throw new TypeError('`compose` needs at least one primitive');
  primitives.forEach((primitive, index) => {
    if (typeof primitive?.execute !== 'function')
      throw new TypeError(`argument ${index + 1} of \`compose\` is not a primitive`);
  });
  const composed: Executor = {
    name: primitives.map(({ name }) => name).join(' → '),
    execute: (fn, options) => through(primitives, { fn, options, attempt: 1 }),
    wrap: (fn) => wrapWith(composed, fn),
  };
  return composed;
}

interface Request<T> {
  readonly fn: Guarded<T>;
  readonly options: CallOptions | undefined;
  /** The attempt that the layers further out are at. */
  readonly attempt: number;
}

function through<T>(primitives: readonly Executor[], { fn, options, attempt }: Request<T>): Promise<T> {
  const [first, ...rest] = primitives;
  if (first === undefined) return Promise.reject(new TypeError('nothing to compose'));
  const inner: Guarded<T> = (call) => {
    const reached = Math.max(attempt, call.attempt);
    if (rest.length === 0) return fn(reached === call.attempt ? call : new Scope(reached, call.signal));
    return through(rest, { fn, options: { ...options, signal: call.signal }, attempt: reached });
  };
  return first.execute(inner, options);
}
