import { OptionReader } from '../../options/option-reader.ts';

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

/** Checks the options. `place` stands before their names in messages. */
export function readFallbackOptions(options: FallbackOptions, place = ''): FallbackSettings {
  const read = new OptionReader(place, options, ['fallback', 'fallbackOn', 'dependency']);
  read.requireName('dependency');
  read.requireFunction('fallbackOn');
  if (!Object.hasOwn(options, 'fallback'))
    throw new TypeError('`fallback` must be given: a function or an answer');
  return fallbackSettings(options.fallback, options.fallbackOn);
}

export function fallbackSettings(
  fallback: FallbackFunction | FallbackAnswer,
  fallbackOn: ((error: unknown) => boolean) | undefined,
): FallbackSettings {
  return {
    fallback: isFunction(fallback) ? fallback : () => fallback,
    ...(fallbackOn === undefined ? {} : { fallbackOn }),
  };
}

function isFunction(value: FallbackFunction | FallbackAnswer): value is FallbackFunction {
  return typeof value === 'function';
}
