import type { Column } from './columns.ts';
import { csvLine, toCsv } from './csv.ts';
import { printableJson } from './printable.ts';
import type { Style } from './style.ts';
import { toTable } from './table.ts';

export const formats = ['table', 'wide', 'json', 'ndjson', 'csv'] as const;
export type Format = (typeof formats)[number];

export interface Printing {
  readonly format: Format;
  readonly style: Style;
  /** Of the terminal; absent where the output goes elsewhere. */
  readonly width?: number;
}

/** A list in the wanted format, with its line end. */
export function formatList<T>(columns: readonly Column<T>[], rows: readonly T[], as: Printing): string {
  switch (as.format) {
    case 'json':
      return `${printableJson(rows, 2)}\n`;
    case 'ndjson':
      return rows.map((row) => `${printableJson(row)}\n`).join('');
    case 'csv':
      return toCsv(columns, rows);
    case 'wide':
      return `${toTable({ ...as, columns, rows })}\n`;
    case 'table':
      return `${toTable({ ...as, columns: columns.filter((column) => column.wideOnly !== true), rows })}\n`;
  }
}

/** One thing: a line a column, or the object as it is. */
export function formatItem<T>(columns: readonly Column<T>[], item: T, as: Printing): string {
  switch (as.format) {
    case 'json':
      return `${printableJson(item, 2)}\n`;
    case 'ndjson':
      return `${printableJson(item)}\n`;
    case 'csv':
      return toCsv(columns, [item]);
    case 'wide':
    case 'table':
      return fieldLines(columns, item, as.style);
  }
}

/** One line of a list that grows: no header, no widths to wait for. */
export function formatLine<T>(columns: readonly Column<T>[], row: T, as: Printing): string {
  switch (as.format) {
    case 'json':
    case 'ndjson':
      return `${printableJson(row)}\n`;
    case 'csv':
      return `${csvLine(columns, row)}\r\n`;
    case 'wide':
    case 'table':
      return `${columns
        .filter((column) => as.format === 'wide' || column.wideOnly !== true)
        .map((column) => as.style.paint(column.tone?.(row) ?? 'plain', as.style.clean(column.text(row))))
        .join('  ')}\n`;
  }
}

function fieldLines<T>(columns: readonly Column<T>[], item: T, style: Style): string {
  const fields = columns
    .map((column) => ({
      name: column.name.replaceAll('_', ' '),
      text: style.clean(column.text(item)),
      column,
    }))
    .filter((field) => field.text !== '');
  const widest = Math.max(...fields.map((field) => field.name.length));
  return fields
    .map(({ name, text, column }) => {
      const painted = style.paint(column.tone?.(item) ?? 'plain', text);
      return `${style.paint('quiet', name.padEnd(widest))}  ${painted}\n`;
    })
    .join('');
}
