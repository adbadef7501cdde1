import { type Check, func, name, objectOf, optional } from '../../options/checks.ts';

/** What to answer instead: given the error, and the `context` that the caller handed to `execute`. */
export type FallbackFunction = (error: unknown, context: unknown) => unknown;

/** The answer itself, where it is always the same. */
export type FallbackAnswer = object | string | number | boolean | null;

export interface FallbackOptions {
  /** A function, or the answer itself. */
  readonly fallback: FallbackFunction | FallbackAnswer;
  /**
   * Whether to answer instead of an error. Default: all but the caller's own mistakes and cancelled calls.
   */
  readonly fallbackOn?: (error: unknown) => boolean;
  /** What the fallback stands in for, for people. */
  readonly dependency?: string;
}

export interface FallbackSettings {
  readonly fallback: FallbackFunction;
  readonly fallbackOn?: (error: unknown) => boolean;
}

/** Anything but nothing: what is no function is the answer. */
export const readFallback: Check<FallbackFunction> = (fallback, place) => {
  if (fallback === undefined) throw new TypeError(`\`${place}\` must be given: a function or an answer`);
  return typeof fallback === 'function' ? func<FallbackFunction>()(fallback, place) : () => fallback;
};

/** Checks the options. */
export const readFallbackOptions: Check<FallbackSettings & Pick<FallbackOptions, 'dependency'>> = objectOf({
  fallback: readFallback,
  fallbackOn: optional(func<(error: unknown) => boolean>()),
  dependency: optional(name),
});
