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
    if (!isPlain(value)) throw notPlain(value, place);
    for (const [name, field] of Object.entries(value)) checkPlain(field, `${place}.${name}`, depth + 1);
  } else if (typeof value === 'number' ? !Number.isFinite(value) : !plainTypes.has(typeof value))
    throw notPlain(value, place);
}

/**
 * The same for equal payloads, whatever the order of their fields, and another for others: SHA-256 of their
 * JSON with sorted fields, the first 128 bits in hexadecimal. Throws a `TypeError` that names the place of
 * what JSON would leave out or make alike: functions, instances of classes, `NaN`. What has a `toJSON`, such
 * as a date, is what that answers.
 */
export function fingerprintOf(payload: unknown): string {
  const text = JSON.stringify(sorted(payload, 'payload', 0)) ?? '';
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

const maxDepth = 100;
const plainTypes: ReadonlySet<string> = new Set(['string', 'boolean', 'undefined', 'object']);

function notPlain(value: unknown, place: string): TypeError {
  const kind = typeof value === 'object' && value !== null ? value.constructor?.name : undefined;
  const got = kind === undefined || kind === '' ? show(value) : `a ${kind}`;
  return new TypeError(`\`${place}\` must be what JSON can hold, got ${got}`);
}

function sorted(value: unknown, place: string, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > maxDepth) {
    checkPlain(value, place, depth);
    return value;
  }
  if (Array.isArray(value)) return value.map((item, index) => sorted(item, `${place}[${index}]`, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const said: unknown = value.toJSON();
    if (said === undefined || said === null) throw notPlain(value, place); // a date that is none
    return sorted(said, place, depth + 1);
  }
  if (!isPlain(value)) throw notPlain(value, place);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    fields.map(([name, field]) => [name, sorted(field, `${place}.${name}`, depth + 1)]),
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
