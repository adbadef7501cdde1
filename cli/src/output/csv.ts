import type { Column, Plain } from './columns.ts';
import { printable } from './printable.ts';

/** RFC 4180 with a header line. */
export function toCsv<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const lines = [csvHeader(columns), ...rows.map((row) => csvLine(columns, row))];
  return `${lines.join('\r\n')}\r\n`;
}

export function csvHeader<T>(columns: readonly Column<T>[]): string {
  return columns.map((column) => field(column.name)).join(',');
}

export function csvLine<T>(columns: readonly Column<T>[], row: T): string {
  return columns.map((column) => field((column.plain ?? column.text)(row))).join(',');
}

function field(value: Plain): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return `${value}`;
  // A terminal may show it, and a spreadsheet would run what begins so as a formula.
  const harmless = value.split('\n').map(printable).join('\n');
  const inert = formula.test(value) || formula.test(harmless) ? `'${harmless}` : harmless;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

const formula = /^[=+\-@\t\r]/;
