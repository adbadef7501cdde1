import { createHash } from 'node:crypto';
import { show } from '@holdfast/shared';

/**
 * Throws a `TypeError` that names the place unless JSON can hold `value` and give the same back: text, finite
 * numbers, booleans, `null`, and plain objects and arrays of them. A field may be `undefined`.
 */
export function checkPlain(value: unknown, place: string, depth = 0): void {
  if (depth > maxDepth) throw new TypeError(`\`${place}\` must not be nested deeper than ${maxDepth}`);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (item === undefined) throw notPlain(item, `${place}[${index}]`);
      checkPlain(item, `${place}[${index}]`, depth + 1);
    }
  } else if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw notPlain(value, place);
    for (const [name, field] of Object.entries(value)) checkPlain(field, `${place}.${name}`, depth + 1);
  } else if (typeof value === 'number' ? !Number.isFinite(value) : !plainTypes.has(typeof value))
    throw notPlain(value, place);
}

/**
 * The same for equal payloads, whatever the order of their fields: SHA-256 of their JSON with sorted fields,
 * the first 128 bits in hexadecimal. Throws a `TypeError` for what JSON cannot hold, such as a circle.
 */
export function fingerprintOf(payload: unknown): string {
  const text = JSON.stringify(payload, (_name, value: unknown) => sorted(value)) ?? '';
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

const maxDepth = 100;
const plainTypes: ReadonlySet<string> = new Set(['string', 'boolean', 'undefined', 'object']);

function notPlain(value: unknown, place: string): TypeError {
  const kind = typeof value === 'object' && value !== null ? value.constructor?.name : undefined;
  const got = kind === undefined || kind === '' ? show(value) : `a ${kind}`;
  return new TypeError(`\`${place}\` must be what JSON can hold, got ${got}`);
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
