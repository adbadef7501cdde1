import type { ErrorView } from '@holdfast/shared';
import { errorColumns } from '../../columns/errors.ts';
import { textWidth } from '../../output/width.ts';
import { type Placed, pick } from './placed.ts';

/** The error classes' columns for a width. */
export function placeErrorColumns(of: {
  readonly errors: readonly ErrorView[];
  readonly width: number;
  readonly gap: number;
  readonly now: number;
}): readonly Placed<ErrorView>[] {
  const columns = errorColumns(of.now);
  const where = pick(columns, 'where');
  const fixed = [
    { column: pick(columns, 'last_minute'), width: 6 },
    { column: pick(columns, 'total'), width: 7 },
    ...(of.width < spacious ? [] : [{ column: pick(columns, 'last'), width: 10 }]),
    ...(of.width < spacious ? [] : [{ column: pick(columns, 'first'), width: 10 }]),
  ];
  const rest = of.width - fixed.reduce((sum, { width }) => sum + width + of.gap, 1 + classWidth + of.gap);
  const longest = of.errors.reduce((most, row) => Math.max(most, textWidth(where.text(row))), 10);
  const place = Math.min(longest, Math.max(10, Math.floor(rest * 0.6)));
  const example = rest - place - of.gap;
  return [
    { column: pick(columns, 'class'), width: classWidth },
    ...fixed,
    { column: where, width: example < 8 ? rest : place },
    ...(example < 8 ? [] : [{ column: pick(columns, 'example'), width: example }]),
  ];
}

/** From here on there is room for when it began and came last. */
const spacious = 90;
/** As long as "partial_outage". */
const classWidth = 14;
