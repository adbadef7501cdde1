import type { SqlValue } from './database.ts';
import type { Slice, Tier } from './event-store.ts';

/** A slice whose resource has its row id. */
export interface NumberedSlice extends Slice {
  readonly resource: number;
}

/** How many digits each has; they stand one behind the other. */
const widths = { resource: 12, minute: 10, at: 9, length: 7 } as const;
const headBytes = 38;

/**
 * The values of `insertPacked` for rows of one tier, which SQL takes apart: to bind each value of each row
 * costs more than a row. The bodies stand one behind the other, and so do the heads, which say in digits of
 * each row its resource, its minute, and where its body begins and how long it is.
 */
export function packSlices(slices: readonly NumberedSlice[]): readonly SqlValue[] {
  const heads = Buffer.allocUnsafe(slices.length * headBytes);
  const bodies = Buffer.allocUnsafe(slices.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let place = 0;
  let at = 0;
  for (const { resource, minute, bytes } of slices) {
    place = digits(heads, place, { value: resource, width: widths.resource });
    place = digits(heads, place, { value: minute, width: widths.minute });
    place = digits(heads, place, { value: at + 1, width: widths.at }); // SQL counts from 1
    place = digits(heads, place, { value: bytes.length, width: widths.length });
    bodies.set(bytes, at);
    at += bytes.length;
  }
  return [slices.length, heads, heads, bodies, heads, heads];
}

/** The statement that adds them to a tier. */
export function insertPacked(tier: Tier): string {
  const parts = tier === 'hours' ? { column: ', parts', value: ', 1', more: ', parts = parts + 1' } : none;
  return (
    'WITH RECURSIVE places (head) AS' +
    ` (SELECT 1 UNION ALL SELECT head + ${headBytes} FROM places LIMIT ?)` +
    ` INSERT INTO ${tier} (resource, minute, body${parts.column})` +
    ` SELECT ${numberAt(0, widths.resource)}, ${numberAt(12, widths.minute)},` +
    ` substr(?, ${numberAt(22, widths.at)}, ${numberAt(31, widths.length)})${parts.value}` +
    // Records stand one behind the other, so merging is appending.
    ' FROM places WHERE true ON CONFLICT (resource, minute)' +
    ` DO UPDATE SET body = CAST(body || excluded.body AS BLOB)${parts.more}`
  );
}

const none = { column: '', value: '', more: '' };

function numberAt(offset: number, width: number): string {
  return `CAST(substr(?, head + ${offset}, ${width}) AS INTEGER)`;
}

function digits(
  into: Buffer,
  from: number,
  { value, width }: { readonly value: number; readonly width: number },
): number {
  let rest = value;
  for (let place = from + width - 1; place >= from; place--) {
    into[place] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return from + width;
}
