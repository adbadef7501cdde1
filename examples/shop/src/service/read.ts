/** A value from outside that is not what it has to be. A server answers it with 400. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(what, 'an object', value);
  return value as Fields; // an object that is no array; what is in it is still unknown
}

export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(what, 'a text', value);
  return value;
}

export function wholeOf(
  value: unknown,
  what: string,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < from || value > to) {
    throw wrong(what, `a whole number from ${from} to ${to}`, value);
  }
  return value;
}

export function listOf<T>(value: unknown, what: string, readItem: (item: unknown, what: string) => T): T[] {
  if (!Array.isArray(value)) throw wrong(what, 'a list', value);
  return value.map((item, index) => readItem(item, `${what}[${index}]`));
}

export function oneOf<T extends string>(value: unknown, what: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw wrong(what, `one of ${allowed.join(', ')}`, value);
  return found;
}

function wrong(what: string, expected: string, got: unknown): ShapeError {
  return new ShapeError(`${what} must be ${expected}, got ${got === undefined ? 'nothing' : cut(got)}`);
}

function cut(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
