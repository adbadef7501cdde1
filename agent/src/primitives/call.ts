import { func } from '../options/checks.ts';

/** What a guarded function is given. */
export interface CallContext {
  /** Aborted when the caller gives up or a time-out elapses. Made when it is first read. */
  readonly signal: AbortSignal;
  /** 1 for the first call, 2 for the first retry, or for what a hedge sends: no two are the same. */
  readonly attempt: number;
}

export interface CallOptions {
  /**
   * The caller's own signal: when it aborts, the call ends with the signal's reason and counts as cancelled.
   */
  readonly signal?: AbortSignal;
  /** Handed on to the fallback as it is. */
  readonly context?: unknown;
  /** Who goes first in a queue, and who is turned away last. Default `normal`. */
  readonly priority?: Priority;
  /** Whom the call is for: what a rate limiter counts by. Default: one for all. */
  readonly key?: string;
  /** Since when the call waits, epoch milliseconds: what a load shedder takes for its time in a queue. */
  readonly enqueuedAt?: number;
  /** What the call does, such as `GET /users`: rules can name it, and samples of errors show it. */
  readonly operation?: string;
}

/** The most important last. */
export const priorities = ['low', 'normal', 'high', 'critical'] as const;
export type Priority = (typeof priorities)[number];

/** How important, from 0. */
export function rankOf(priority: Priority | undefined): number {
  return priorities.indexOf(priority ?? 'normal');
}

export type Guarded<T> = (call: CallContext) => T | PromiseLike<T>;

/** What every primitive is to its caller. */
export interface Executor {
  readonly name: string;
  execute<T>(fn: Guarded<T>, options?: CallOptions): Promise<T>;
  /** A function that takes the same arguments, is called with the same `this`, and goes through `execute`. */
  wrap<This, A extends unknown[], T>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
  ): (this: This, ...args: A) => Promise<T>;
}

/** `wrap` for an `execute`. Throws a `TypeError` where `fn` is no function. */
export function wrapWith<This, A extends unknown[], T>(
  executor: Pick<Executor, 'execute'>,
  fn: (this: This, ...args: A) => T | PromiseLike<T>,
): (this: This, ...args: A) => Promise<T> {
  const wrapped = function (this: This, ...args: A): Promise<T> {
    return executor.execute(() => fn.apply(this, args));
  };
  return inPlaceOf(fn, wrapped);
}

/** `wrapped` with the name and the length of `fn`. Throws a `TypeError` where `fn` is no function. */
export function inPlaceOf<W>(
  fn: { readonly name: string; readonly length: number },
  wrapped: W,
  lessArguments = 0,
): W {
  const { name, length } = func<typeof fn>()(fn, 'fn');
  return Object.defineProperties(wrapped, {
    name: { value: name, configurable: true },
    length: { value: Math.max(0, length - lessArguments), configurable: true },
  });
}

/**
 * The context of one attempt. An `AbortSignal` is dear on Node 20, and most functions never look at theirs.
 * The fields are only declared: one is made for each call, and running field definitions would double what
 * that costs.
 */
export class Scope implements CallContext {
  declare readonly attempt: number;
  /** How many attempts a hedge has added to it; absent where there is none. */
  declare hedgeCount?: number;
  declare private given: AbortSignal | undefined;
  declare private controller: AbortController | undefined;
  declare private aborted: { readonly reason: unknown } | undefined;

  /** `signal` stands where nobody else can abort the call. */
  constructor(attempt: number, signal: AbortSignal | undefined) {
    this.attempt = attempt;
    this.given = signal;
    this.controller = undefined;
    this.aborted = undefined;
  }

  get signal(): AbortSignal {
    if (this.given === undefined) {
      this.controller = new AbortController();
      this.given = this.controller.signal;
      if (this.aborted !== undefined) this.controller.abort(this.aborted.reason);
    }
    return this.given;
  }

  /** Whether an error says no more than that the call was aborted. */
  isEcho(error: unknown): boolean {
    return this.aborted !== undefined && isEchoOf(this.aborted.reason, error);
  }

  abort(reason: unknown): void {
    this.aborted = { reason };
    this.controller?.abort(reason);
  }
}

/** Whether an error is the reason of an abort, or was only wrapped around it. */
export function isEchoOf(reason: unknown, error: unknown): boolean {
  try {
    return error === reason || (error instanceof Error && error.cause === reason);
  } catch {
    return false; // a proxy or a property that throws
  }
}
