import { type Column, headingOf } from '../../output/columns.ts';
import type { Paint } from '../../output/paint.ts';
import type { Style } from '../../output/style.ts';
import { fit } from '../../output/width.ts';

/** A column with its place on the screen. */
export interface Placed<T> {
  readonly column: Column<T>;
  readonly width: number;
  /** Draws a cell of more than one tone; as wide as `width`. */
  readonly draw?: (row: T, paint: Paint) => string;
}

export interface RowLook {
  readonly style: Style;
  /** Spaces between columns. */
  readonly gap: number;
}

/** One row, its pointer first: as wide as its columns and gaps, whatever is in it. */
export function rowLine<T>(
  placed: readonly Placed<T>[],
  row: T,
  { style, gap, isChosen }: RowLook & { readonly isChosen: boolean },
): string {
  const paint = isChosen ? style.paintSelected : style.paint;
  const cells = placed.map(({ column, width, draw }) => {
    if (draw !== undefined) return draw(row, paint);
    const text = style.clean(fit(style.clean(column.text(row)), width, column.align));
    return paint(column.tone?.(row) ?? 'plain', text);
  });
  const pointer = isChosen ? paint('strong', style.clean('▸')) : ' ';
  return pointer + cells.join(paint('plain', ' '.repeat(gap)));
}

/** The line above the rows: the pane's name over the first `span` columns, then each column's heading. */
export function headerLine<T>(
  placed: readonly Placed<T>[],
  title: {
    readonly text: string;
    readonly span: number;
    readonly isFocused: boolean;
    readonly width: number;
  },
  { style, gap }: RowLook,
): string {
  const space = ' '.repeat(gap);
  const under = placed.slice(0, title.span);
  const nameWidth = under.reduce((sum, { width }) => sum + width, gap * (under.length - 1));
  const headings = placed
    .slice(title.span)
    .map(({ column, width }) => fit(headingOf(column), width, column.align));
  const line = ` ${[fit(title.text, nameWidth), ...headings].join(space)}`;
  return style.paint(title.isFocused ? 'focus' : 'heading', style.clean(fit(line, title.width)));
}

/**
 * Where a window of `height` rows starts so that the chosen row is in it, in its middle where there is room.
 */
export function windowStart(of: {
  readonly count: number;
  readonly height: number;
  readonly chosen: number;
}): number {
  const centred = of.chosen - Math.floor(of.height / 2);
  return Math.max(0, Math.min(centred, of.count - of.height));
}

/** "FLAGS 3", or with the part that is shown: "BREAKERS 1-20/1000". */
export function titleOf(
  name: string,
  { count, height, start }: { readonly count: number; readonly height: number; readonly start: number },
): string {
  if (count <= height) return `${name} ${count}`;
  const end = Math.min(count, start + height);
  return end === start + 1 ? `${name} ${end}/${count}` : `${name} ${start + 1}-${end}/${count}`;
}

/** The column of that name. */
export function pick<T>(columns: readonly Column<T>[], name: string): Column<T> {
  const found = columns.find((column) => column.name === name);
  if (found === undefined) throw new RangeError(`no column is called ${name}`);
  return found;
}
