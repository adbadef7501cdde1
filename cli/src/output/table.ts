import { type Column, headingOf } from './columns.ts';
import type { Tone } from './paint.ts';
import type { Style } from './style.ts';
import { fit, textWidth } from './width.ts';

const gap = '  ';
const narrowest = 6;

/**
 * A table, a line a row, without a trailing line end. Where `width` is given and the table is wider, its
 * elastic columns and its last one are cut; without it (a pipe) nothing ever is.
 */
export function toTable<T>(table: {
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly style: Style;
  readonly width?: number;
}): string {
  const { columns, rows, style } = table;
  const cells = rows.map((row) => columns.map((column) => style.clean(column.text(row))));
  const widths = columns.map((column, index) =>
    cells.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? '')), headingOf(column).length),
  );
  if (table.width !== undefined) squeeze(columns, widths, table.width);
  const heading = columns.map((column, index) =>
    style.paint('quiet', fit(headingOf(column), widths[index] ?? 0, column.align)),
  );
  const lines = cells.map((row, at) =>
    columns.map((column, index) => {
      const text = style.clean(fit(row[index] ?? '', widths[index] ?? 0, column.align));
      return style.paint(toneOf(column, rows[at]), text);
    }),
  );
  return [heading, ...lines].map((line) => line.join(gap).trimEnd()).join('\n');
}

function toneOf<T>(column: Column<T>, row: T | undefined): Tone {
  return row === undefined || column.tone === undefined ? 'plain' : column.tone(row);
}

/** Narrows the widest column that may be cut, one column of the terminal at a time. */
function squeeze<T>(columns: readonly Column<T>[], widths: number[], width: number): void {
  let excess = widths.reduce((sum, one) => sum + one, gap.length * (widths.length - 1)) - width;
  const cuttable = columns.flatMap((column, index) =>
    column.elastic === true || index === columns.length - 1 ? [index] : [],
  );
  while (excess > 0) {
    const widest = cuttable.reduce(
      (best, index) => ((widths[index] ?? 0) > (widths[best] ?? 0) ? index : best),
      cuttable[0] ?? 0,
    );
    const present = widths[widest] ?? 0;
    if (present <= narrowest) return;
    widths[widest] = present - 1;
    excess -= 1;
  }
}
