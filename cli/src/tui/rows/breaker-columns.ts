import { type ResourceView, sparkSlots } from '@holdfast/shared';
import { breakerColumns, shownState } from '../../columns/breakers.ts';
import type { Column } from '../../output/columns.ts';
import { stateMark, stateTones, type Style } from '../../output/style.ts';
import { textWidth } from '../../output/width.ts';
import { type Placed, pick } from './placed.ts';
import { sparkline } from './sparkline.ts';

/**
 * Below these widths of the screen a column is left out: what is not needed to see what is wrong goes first.
 */
const neededFor = { calls_per_second: 100, spark: 80, p99_ms: 60, since: 60, failure_ratio: 50 } as const;

/** The breakers' columns for a width: state and name always, the rest as far as there is room. */
export function placeBreakerColumns(of: {
  readonly breakers: readonly ResourceView[];
  readonly width: number;
  readonly gap: number;
  readonly now: number;
  readonly style: Style;
}): readonly Placed<ResourceView>[] {
  const columns = breakerColumns(of.now);
  const optional: readonly (Placed<ResourceView> & { readonly from: number })[] = [
    { column: pick(columns, 'since'), width: 9, from: neededFor.since },
    { column: pick(columns, 'failure_ratio'), width: 5, from: neededFor.failure_ratio },
    { column: pick(columns, 'calls_per_second'), width: 7, from: neededFor.calls_per_second },
    { column: pick(columns, 'p99_ms'), width: 7, from: neededFor.p99_ms },
    { ...placeSpark(of.width, of.style), from: neededFor.spark },
  ];
  const fixed = optional.filter(({ from }) => of.width >= from);
  const taken = fixed.reduce((sum, { width }) => sum + width + of.gap, 1 + markWidth + of.gap);
  const rest = of.width - taken;
  const longest = of.breakers.reduce((most, row) => Math.max(most, nameWidth(row)), minNameWidth);
  const most = of.width < sharedFrom ? rest : Math.max(minNameWidth, Math.floor(rest * nameShare));
  const needed = Math.min(longest, most);
  const hasCause = rest - needed - of.gap >= minCauseWidth;
  const name = hasCause ? needed : rest;
  const cause = { column: pick(columns, 'cause'), width: rest - name - of.gap };
  return [
    { column: markColumn, width: markWidth },
    { column: pick(columns, 'breaker'), width: name },
    ...fixed,
    ...(hasCause ? [cause] : []),
  ];
}

const markWidth = 3;
const minNameWidth = 16;
/** Below this width of the screen a cause gives way to names: that of the first is in the top line. */
const sharedFrom = 80;
const minCauseWidth = 10;
const nameShare = 0.6;

const markColumn: Column<ResourceView> = {
  name: 'mark',
  heading: '',
  text: (row) => stateMark(shownState(row), false),
  tone: (row) => stateTones[shownState(row)],
};

/** From this width on there is room for a column a slot. */
const fullSparkFrom = 110;

function placeSpark(screenWidth: number, style: Style): Placed<ResourceView> {
  const width = screenWidth >= fullSparkFrom ? sparkSlots : sparkSlots / 2;
  return {
    column: { name: 'spark', heading: width < 11 ? 'LAST MIN' : 'LAST MINUTE', text: () => '' },
    width,
    draw: (row, paint) => sparkline(row.spark, { paint, ascii: style.ascii, width }),
  };
}

function nameWidth({ service, name }: ResourceView): number {
  return textWidth(service) + 1 + textWidth(name);
}
