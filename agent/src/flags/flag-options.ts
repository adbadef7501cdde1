import type { FlagValue } from '@holdfast/shared';
import {
  type Check,
  listOf,
  mustBe,
  name,
  number,
  objectOf,
  optional,
  readOptions,
  withDefault,
} from '../options/checks.ts';

/** What degrades a flag by itself. */
export interface FlagBinding {
  /** The name of a circuit breaker of this agent, or of the pipeline that holds it. It may be made later. */
  readonly breaker: string;
  /** How long the breaker must reject or probe before the flag degrades, in milliseconds. Default 0. */
  readonly holdMs?: number;
}

export interface FlagDefinition<T extends FlagValue = FlagValue> {
  readonly defaultValue: T;
  /** The value while a binding is active. Required with `bindings`. */
  readonly degradedValue?: T;
  /** One active binding is enough. */
  readonly bindings?: readonly FlagBinding[];
}

/** Throws `TypeError` or `RangeError`, naming the option, unless the definition is sound. */
export function checkDefinition(key: string, definition: FlagDefinition): void {
  const place = `flags.${name(key, 'key')}`;
  const { defaultValue, degradedValue, bindings } = readOptions(definitionChecks, definition, place);
  const type = typeof defaultValue;
  const expected = `a ${type} like \`defaultValue\``;
  const isMissing = degradedValue === undefined && bindings.length > 0;
  if (isMissing || (degradedValue !== undefined && typeof degradedValue !== type))
    throw new TypeError(mustBe(`${place}.degradedValue`, expected, degradedValue));
}

/** What is wrong with a value for a flag, in words; `undefined` where nothing is. */
export function problemOfValue(value: unknown): string | undefined {
  if (typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'a finite number';
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null || Array.isArray(value)))
    return 'true or false, a string, a number or an object';
  return byteLengthOf(value) <= maxValueBytes ? undefined : `at most ${maxValueBytes} bytes of JSON`;
}

/**
 * Throws where values cannot be sent any more: whoever asks for an object gets the one that was defined, and
 * may have changed it since.
 */
export function checkSendable(key: string, values: readonly (FlagValue | undefined)[]): void {
  for (const value of values) {
    const problem = value === undefined ? undefined : problemOfValue(value);
    if (problem !== undefined) throw new TypeError(`a value of the flag \`${key}\` must be ${problem}`);
  }
}

const maxValueBytes = 4_096;

const flagValue: Check<FlagValue> = (value, place) => {
  const problem = problemOfValue(value);
  if (problem === undefined) return value as FlagValue; // there is nothing wrong with it
  const message = mustBe(place, problem, value);
  throw problem.startsWith('true or') ? new TypeError(message) : new RangeError(message);
};

const definitionChecks = {
  defaultValue: flagValue,
  degradedValue: optional(flagValue),
  bindings: withDefault([], listOf(objectOf({ breaker: name, holdMs: optional(number()) }), 64)),
};

/** Infinite for what JSON cannot hold, such as a circle. */
function byteLengthOf(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
