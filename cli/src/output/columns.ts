import type { Tone } from './paint.ts';

/** What a CSV cell or a script can use. */
export type Plain = string | number | boolean | undefined;

/** One column of a list: declared once, shown as a table, a wide table or CSV. */
export interface Column<T> {
  /** The name in CSV; in capitals it heads the table unless `heading` says otherwise. */
  readonly name: string;
  readonly heading?: string;
  /** What people read. */
  readonly text: (row: T) => string;
  /** What CSV holds, with full precision and without units; the text where absent. */
  readonly plain?: (row: T) => Plain;
  readonly tone?: (row: T) => Tone;
  readonly align?: 'right';
  /** Left out of the plain table. */
  readonly wideOnly?: boolean;
  /** May be cut when the terminal is narrow; the last column always may. */
  readonly elastic?: boolean;
}

export function headingOf<T>(column: Column<T>): string {
  return column.heading ?? column.name.toUpperCase().replaceAll('_', ' ');
}

/** An instant for CSV: sortable, with its zone. */
export function isoTime(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
