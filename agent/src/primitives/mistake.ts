import { type Check, func, mustBe, oneOf, optional, readOptions } from '../options/checks.ts';
import { priorities } from './call.ts';

/**
 * What is wrong with the arguments of an `execute`, a `TypeError` or `RangeError`; nothing where all is well.
 * It is a mistake in the program: the call is rejected with it, and no dependency is blamed.
 */
export function mistakeIn(fn: unknown, options: unknown): unknown {
  if (typeof fn === 'function' && (options === undefined || areSound(options))) return undefined;
  try {
    func()(fn, 'fn');
    if (options !== undefined) readOptions(checks, options);
    return undefined;
  } catch (mistake) {
    return mistake;
  }
}

/**
 * The same question as to `checks`, for the price that a call may pay. What is no plain object was not
 * written as options: a function may hand on what it was given itself.
 */
function areSound(options: unknown): boolean {
  if (typeof options !== 'object' || options === null) return false;
  const isWritten = Object.getPrototypeOf(options) === Object.prototype;
  if (isWritten) for (const name in options) if (!known.has(name)) return false;
  const priority: unknown = Reflect.get(options, 'priority');
  return isSignal(Reflect.get(options, 'signal')) && (priority === undefined || ranks.has(priority));
}

/** Or none. */
function isSignal(value: unknown): value is AbortSignal | undefined {
  return value === undefined || typeof Object(value).addEventListener === 'function';
}

const signal: Check<AbortSignal | undefined> = (value, place) => {
  if (isSignal(value)) return value;
  throw new TypeError(mustBe(place, 'an AbortSignal', value));
};

/** What more there is: of other primitives, as `compose` hands all on, and of what a function was given. */
const others = 'context key enqueuedAt operation attempt payload id input results endpoint'.split(' ');
const checks = {
  signal,
  priority: optional(oneOf(priorities)),
  ...Object.fromEntries(others.map((name) => [name, (value: unknown) => value])),
};
const known: ReadonlySet<string> = new Set(Object.keys(checks));
const ranks: ReadonlySet<unknown> = new Set(priorities);
