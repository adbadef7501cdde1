import { namePattern, nameRule, nearest, show } from '@holdfast/shared';
import { present } from '../present.ts';

/**
 * Looks at one option when something is made, so that a mistake shows at start and not in an outage. It
 * returns what holds, or throws: a `TypeError` for the wrong kind of thing, a `RangeError` for a value out of
 * bounds.
 */
export type Check<T> = (value: unknown, place: string) => T;

/** Bounds of a number. Both are allowed values. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

type Checks = Readonly<Record<string, Check<unknown>>>;
type Checked<C extends Checks> = {
  readonly [K in keyof C as undefined extends ReturnType<C[K]> ? never : K]: ReturnType<C[K]>;
} & {
  readonly [K in keyof C as undefined extends ReturnType<C[K]> ? K : never]?: Exclude<
    ReturnType<C[K]>,
    undefined
  >;
};

/** An object with these options and no others. `place` stands before their names; `''` at the top. */
export function readOptions<C extends Checks>(checks: C, input: unknown, place = ''): Checked<C> {
  const named = (name: string): string => (place === '' ? name : `${place}.${name}`);
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new TypeError(`${place === '' ? 'options' : `\`${place}\``} must be an object, got ${show(input)}`);
  const known = Object.keys(checks);
  for (const name of Object.keys(input)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean \`${meant}\`?`;
    throw new TypeError(`\`${named(name)}\` is not an option; ${hint}`);
  }
  const entries = Object.entries(checks).map(([name, check]) => [
    name,
    check(Reflect.get(input, name), named(name)),
  ]);
  return present(Object.fromEntries(entries)) as Checked<C>; // each from its own check
}

/** What an error says of an option: what it must be, and what it is. */
export function mustBe(place: string, expected: string, value: unknown): string {
  return `\`${place}\` must be ${expected}, got ${show(value)}`;
}

export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, place) => (value === undefined ? undefined : check(value, place));
}

export function withDefault<T>(fallback: T, check: Check<T>): Check<T> {
  return (value, place) => (value === undefined ? fallback : check(value, place));
}

/** From 0, and at most the longest time that Node's timers know, 24.8 days, unless told otherwise. */
export function number({ min = 0, max = 2 ** 31 - 1 }: Bounds = {}): Check<number> {
  return (value, place) => {
    if (typeof value !== 'number' || Number.isNaN(value))
      throw new TypeError(mustBe(place, 'a number', value));
    if (value < min || value > max)
      throw new RangeError(mustBe(place, `between ${min} and ${max}`, value) + hintOf(value, max));
    return value;
  };
}

export function whole(bounds: Bounds): Check<number> {
  const check = number(bounds);
  return (value, place) => {
    if (Number.isInteger(check(value, place))) return check(value, place);
    throw new RangeError(mustBe(place, 'a whole number', value));
  };
}

/** A share of 0 to 1, without 0: at 0 every threshold would always be reached. */
export const ratio: Check<number> = (value, place) => {
  if (value === 0) throw new RangeError(mustBe(place, 'above 0', value));
  return number({ max: 1 })(value, place);
};

export const boolean: Check<boolean> = (value, place) => {
  if (typeof value === 'boolean') return value;
  throw new TypeError(mustBe(place, 'true or false', value));
};

export function text(maxLength: number): Check<string> {
  return (value, place) => {
    if (typeof value !== 'string') throw new TypeError(mustBe(place, 'a string', value));
    if (value.length <= maxLength) return value;
    throw new RangeError(mustBe(place, `at most ${maxLength} characters`, value.length));
  };
}

/** Fit to be a name in an address. */
export const name: Check<string> = (value, place) => {
  if (typeof value !== 'string') throw new TypeError(mustBe(place, 'a string', value));
  if (namePattern.test(value)) return value;
  throw new RangeError(mustBe(place, nameRule, value));
};

export function oneOf<const T extends string>(values: readonly T[]): Check<T> {
  return (value, place) => {
    const found = values.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw new RangeError(mustBe(place, `one of ${values.join(', ')}`, value));
  };
}

export function func<F>(): Check<F> {
  return (value, place) => {
    if (typeof value === 'function') return value as F; // its parameters cannot be looked at
    throw new TypeError(mustBe(place, 'a function', value));
  };
}

/** An object with these methods: something that the host has made itself. */
export function methods<T extends object>(...names: readonly (keyof T & string)[]): Check<T> {
  return (value, place) => {
    const isWhole =
      typeof value === 'object' &&
      value !== null &&
      names.every((name) => typeof Reflect.get(value, name) === 'function');
    if (isWhole) return value as T; // what the methods take and answer cannot be looked at
    throw new TypeError(mustBe(place, `an object with the methods ${names.join(', ')}`, value));
  };
}

export function listOf<T>(check: Check<T>, maxLength: number): Check<T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw new TypeError(mustBe(place, 'an array', value));
    if (value.length > maxLength)
      throw new RangeError(mustBe(place, `at most ${maxLength} long`, value.length));
    return value.map((item, index) => check(item, `${place}[${index}]`));
  };
}

/** Options within options. */
export function objectOf<C extends Checks>(checks: C): Check<Checked<C>> {
  return (value, place) => readOptions(checks, value, place);
}

/** Shares are often mistaken for percentages. */
function hintOf(value: number, max: number): string {
  return max === 1 && value > 1 && value <= 100 ? ' (a percentage?)' : '';
}
