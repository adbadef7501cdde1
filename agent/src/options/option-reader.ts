import { namePattern, nameRule, nearest, show } from '@holdfast/shared';

/** Bounds of a number. Both are allowed values. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Reads options at construction, so that a mistake shows at start and not in an outage. Each problem names
 * the option, what was expected and what it got: a `TypeError` for the wrong kind of thing, a `RangeError`
 * for a value out of bounds.
 */
export class OptionReader {
  readonly #place: string;
  readonly #values: Readonly<Record<string, unknown>>;

  /** `place` is what stands before the option's name in messages, for instance `retry`; `''` at the top. */
  constructor(place: string, input: unknown, known: readonly string[]) {
    this.#place = place;
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      throw new TypeError(
        `${place === '' ? 'options' : `\`${place}\``} must be an object, got ${show(input)}`,
      );
    this.#values = input as Record<string, unknown>; // just checked; its values stay unknown
    for (const name of Object.keys(input)) {
      if (!known.includes(name)) throw this.#unknown(name, known);
    }
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  raw(name: string): unknown {
    return this.#values[name];
  }

  number(name: string, fallback: number, { min = 0, max = longestMs }: Bounds = {}): number {
    const value = this.#values[name] ?? fallback;
    if (typeof value !== 'number' || Number.isNaN(value)) throw this.#wrong(name, 'a number');
    if (value < min || value > max) throw this.#out(name, `between ${min} and ${max}`);
    return value;
  }

  whole(name: string, fallback: number, bounds: Bounds = {}): number {
    const value = this.number(name, fallback, bounds);
    if (!Number.isInteger(value)) throw this.#out(name, 'a whole number');
    return value;
  }

  /** A share of 0 to 1, without 0: at 0 every threshold would always be reached. */
  ratio(name: string, fallback: number): number {
    const value = this.#values[name] ?? fallback;
    if (typeof value !== 'number' || Number.isNaN(value)) throw this.#wrong(name, 'a number');
    if (value < 0 || value > 1)
      throw this.#out(name, 'between 0 and 1', value > 1 && value <= 100 ? ' (a percentage?)' : '');
    if (value === 0) throw this.#out(name, 'above 0');
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#values[name] ?? false;
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false');
    return value;
  }

  oneOf<const T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = this.#values[name] ?? fallback;
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw this.#out(name, `one of ${values.join(', ')}`);
    return found;
  }

  /** Throws unless the option is absent or a function. */
  requireFunction(name: string): void {
    if (this.has(name) && typeof this.#values[name] !== 'function') throw this.#wrong(name, 'a function');
  }

  /** Throws unless the option is absent or fit to be a name in an address. */
  requireName(name: string): void {
    if (this.has(name)) checkName(this.#path(name), this.#values[name]);
  }

  /** The reader of an option that is an object itself. */
  nested(name: string, known: readonly string[]): OptionReader {
    return new OptionReader(this.#path(name), this.#values[name], known);
  }

  #path(name: string): string {
    return this.#place === '' ? name : `${this.#place}.${name}`;
  }

  #wrong(name: string, expected: string): TypeError {
    return new TypeError(`\`${this.#path(name)}\` must be ${expected}, got ${show(this.#values[name])}`);
  }

  #out(name: string, expected: string, hint = ''): RangeError {
    return new RangeError(
      `\`${this.#path(name)}\` must be ${expected}, got ${show(this.#values[name])}${hint}`,
    );
  }

  #unknown(name: string, known: readonly string[]): TypeError {
    const meant = nearest(name, known);
    const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean \`${meant}\`?`;
    return new TypeError(`\`${this.#path(name)}\` is not an option; ${hint}`);
  }
}

/** Throws unless `value` is fit to be a name in an address. */
export function checkName(place: string, value: unknown): void {
  if (typeof value !== 'string') throw new TypeError(`\`${place}\` must be a string, got ${show(value)}`);
  if (!namePattern.test(value)) throw new RangeError(`\`${place}\` must be ${nameRule}, got ${show(value)}`);
}

/** The longest time that Node's timers know: 24.8 days. */
const longestMs = 2 ** 31 - 1;
