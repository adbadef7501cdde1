import type { FlagView } from '@holdfast/shared';
import { flagColumns } from '../../columns/flags.ts';
import { textWidth } from '../../output/width.ts';
import { type Placed, pick } from './placed.ts';

/** The flags' columns for a width. */
export function placeFlagColumns(of: {
  readonly flags: readonly FlagView[];
  readonly width: number;
  readonly gap: number;
  readonly now: number;
}): readonly Placed<FlagView>[] {
  const columns = flagColumns(of.now);
  const [flag, value, until] = [pick(columns, 'flag'), pick(columns, 'value'), pick(columns, 'until')];
  const valueWidth = Math.min(12, widest(of.flags.map(value.text), 5));
  const fixed = [
    { column: value, width: valueWidth },
    { column: pick(columns, 'reason'), width: 8 },
    ...(of.width >= 50 ? [{ column: until, width: widest(of.flags.map(until.text), 8) }] : []),
  ];
  const rest = of.width - fixed.reduce((sum, { width }) => sum + width + of.gap, 1);
  const name = Math.min(widest(of.flags.map(flag.text), 10), Math.max(10, Math.floor(rest * 0.6)));
  const cause = rest - name - of.gap;
  return [
    { column: flag, width: cause < 8 ? rest : name },
    ...fixed,
    ...(cause < 8 ? [] : [{ column: pick(columns, 'cause'), width: cause }]),
  ];
}

function widest(texts: readonly string[], least: number): number {
  return texts.reduce((most, text) => Math.max(most, textWidth(text)), least);
}
