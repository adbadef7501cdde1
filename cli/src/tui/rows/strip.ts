import { formatDuration, type StatusView } from '@holdfast/shared';
import { levelTones } from '../../columns/status.ts';
import type { Tone } from '../../output/paint.ts';
import type { Style } from '../../output/style.ts';
import { fit, textWidth } from '../../output/width.ts';
import type { Freshness } from '../model/freshness.ts';

const glyphs: Readonly<Record<StatusView['level'], string>> = {
  empty: '?',
  calm: '●',
  degraded: '◐',
  broken: '■',
};

/** The top line: is it bad, what, since when, why; and at its right whether that can be trusted. */
export function stripLine(of: {
  readonly status: StatusView;
  readonly freshness: Freshness;
  readonly width: number;
  readonly style: Style;
}): string {
  const { status, freshness, width, style } = of;
  const right = freshnessWords(freshness);
  const rightText = ` ${style.clean(right.text)} `;
  const isOld = freshness.state !== 'live';
  const known = isOld ? `? last known: ${status.sentence}` : `${glyphs[status.level]} ${status.sentence}`;
  const sentence = freshness.state === 'connecting' ? 'holdfast watch' : known;
  const left = style.clean(fit(` ${style.clean(sentence)}`, width - textWidth(rightText)));
  return style.paint(isOld ? 'quiet' : levelTones[status.level], left) + style.paint(right.tone, rightText);
}

function freshnessWords(freshness: Freshness): { readonly text: string; readonly tone: Tone } {
  switch (freshness.state) {
    case 'connecting':
      return { text: freshness.problem === undefined ? 'connecting' : 'NO COLLECTOR', tone: 'caution' };
    case 'live':
      return { text: `live ${(freshness.ageMs / 1_000).toFixed(1)} s`, tone: 'quiet' };
    case 'stale':
      return { text: `STALE ${formatDuration(freshness.ageMs)}`, tone: 'alarm' };
  }
}
