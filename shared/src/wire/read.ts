/**
 * Readers turn unknown JSON into typed values, once, at the edge. A reader either returns the value or
 * throws a `Misfit` that names the place; `read` catches it, so that no exception crosses the boundary.
 */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };
export type Reader<T> = (input: unknown, place: string) => T;

/** Runs a reader over parsed JSON. The problem says what was wrong and where. */
export function read<T>(reader: Reader<T>, input: unknown, place: string): Result<T> {
  try {
    return { ok: true, value: reader(input, place) };
  } catch (error) {
    if (error instanceof Misfit) return { ok: false, problem: error.message };
    throw error;
  }
}

/** Parses JSON text and runs a reader over it. */
export function readJson<T>(reader: Reader<T>, text: string, place: string): Result<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, problem: `${place} is not JSON` };
  }
  return read(reader, json, place);
}

class Misfit extends Error {}

/** Ends the present `read` with a problem: `place` must be `expected`, got `input`. */
export function misfit(place: string, expected: string, input: unknown): never {
  throw new Misfit(`${place} must be ${expected}, got ${show(input)}`);
}

/** A value in an error message: short, and never a whole payload. */
export function show(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (typeof input === 'function') return 'a function';
  if (Array.isArray(input)) return `an array of ${input.length}`;
  if (typeof input === 'object' && input !== null) return 'an object';
  if (typeof input === 'bigint' || typeof input === 'symbol') return `a ${typeof input}`;
  const text = typeof input === 'number' ? `${input}` : JSON.stringify(input);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/**
 * Text of at most so many characters. What steers a terminal or turns the direction of writing is taken out
 * of it, line ends become spaces: it comes from other machines, and is shown on many screens.
 */
export function text(limit = 256): Reader<string> {
  return (input, place) => {
    if (typeof input !== 'string') return misfit(place, 'a string', input);
    if (input.length > limit)
      throw new Misfit(`${place} must be at most ${limit} characters, got ${input.length} characters`);
    return steering.test(input) ? plain(input) : input;
  };
}

const steering = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;

function plain(input: string): string {
  return input.replace(/[\r\n\t\p{Zl}\p{Zp}]+/gu, ' ').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '');
}

export function number(min: number = -Number.MAX_VALUE, max: number = Number.MAX_VALUE): Reader<number> {
  return (input, place) => {
    if (typeof input !== 'number' || !Number.isFinite(input)) return misfit(place, 'a number', input);
    if (input < min || input > max) return misfit(place, `between ${min} and ${max}`, input);
    return input;
  };
}

export function whole(min = 0, max: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (input, place) => {
    if (!Number.isInteger(input)) return misfit(place, 'a whole number', input);
    return number(min, max)(input, place);
  };
}

export const boolean: Reader<boolean> = (input, place) =>
  typeof input === 'boolean' ? input : misfit(place, 'true or false', input);

export function oneOf<const T extends string>(values: readonly T[]): Reader<T> {
  return (input, place) => {
    const found = values.find((value) => value === input);
    return found ?? misfit(place, `one of ${values.join(', ')}`, input);
  };
}

export function listOf<T>(item: Reader<T>, limit: number): Reader<T[]> {
  return (input, place) => {
    if (!Array.isArray(input)) return misfit(place, 'an array', input);
    if (input.length > limit) return misfit(place, `at most ${limit} long`, input);
    return input.map((value, index) => item(value, `${place}[${index}]`));
  };
}

/** Short text by name, such as tags. Names that could reach a prototype are refused. */
export function recordOf<T>(item: Reader<T>, limit: number): Reader<Readonly<Record<string, T>>> {
  return (input, place) => {
    const source = plainObject(input, place);
    const names = Object.keys(source);
    if (names.length > limit) return misfit(place, `at most ${limit} entries`, `${names.length} entries`);
    const record: Record<string, T> = {};
    for (const name of names) {
      const key = plain(name);
      if (key === '__proto__' || key === 'constructor' || key === 'prototype')
        misfit(place, 'free of that name', name);
      record[key] = item(source[name], `${place}.${name}`);
    }
    return record;
  };
}

/** Marks a field that may be absent; the key is then absent from the result too. */
export interface OptionalField<T> {
  readonly optional: Reader<T>;
}
export function optional<T>(reader: Reader<T>): OptionalField<T> {
  return { optional: reader };
}

type Fields = Readonly<Record<string, Reader<unknown> | OptionalField<unknown>>>;
type Read<F extends Fields> = {
  [K in keyof F as F[K] extends Reader<unknown> ? K : never]: F[K] extends Reader<infer T> ? T : never;
} & {
  [K in keyof F as F[K] extends Reader<unknown> ? never : K]?: F[K] extends OptionalField<infer T>
    ? T
    : never;
};

/**
 * An object with these fields. Fields that it does not know are left out, so that newer peers are
 * understood.
 */
export function objectOf<F extends Fields>(fields: F): Reader<{ [K in keyof Read<F>]: Read<F>[K] }> {
  const entries = Object.entries(fields);
  return (input, place) => {
    const source = plainObject(input, place);
    const result: Record<string, unknown> = {};
    for (const [name, field] of entries) {
      const value = source[name];
      if (typeof field === 'function') result[name] = field(value, `${place}.${name}`);
      else if (value !== undefined && value !== null)
        result[name] = field.optional(value, `${place}.${name}`);
    }
    return result as { [K in keyof Read<F>]: Read<F>[K] }; // each field came from its own reader above
  };
}

export function plainObject(input: unknown, place: string): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return misfit(place, 'an object', input);
  return input as Record<string, unknown>; // just checked; its values stay unknown
}
