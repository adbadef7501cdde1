import {
  type Freshness,
  freshnessStep,
  freshnessWords,
  knownSentence,
  type Replay,
  replayWords,
  type StatusView,
} from '@holdfast/shared';
import { levelTones } from '../../columns/status.ts';
import type { Tone } from '../../output/paint.ts';
import type { Style } from '../../output/style.ts';
import { fit, textWidth } from '../../output/width.ts';

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
  readonly replay?: Replay | undefined;
  /** When what is shown was so, by the collector's clock. */
  readonly at: number;
  /** Now, by the reader's clock. */
  readonly now: number;
  readonly width: number;
  readonly style: Style;
}): string {
  const { status, freshness, replay, at, now, width, style } = of;
  const isOld = freshness.state !== 'live';
  const age = replay === undefined || isOld ? freshnessText(freshness, width) : replayWords(replay);
  const right = ` ${style.clean(age)} `;
  const known = knownSentence(status.sentence, freshness.state, { at, now });
  const sentence = `${isOld ? '?' : glyphs[status.level]} ${known}`;
  const left = style.clean(fit(` ${style.clean(sentence)}`, width - textWidth(right)));
  return (
    style.paint(isOld ? 'quiet' : levelTones[status.level], left) +
    style.paint(freshnessTones[freshness.state], right)
  );
}

const freshnessTones: Readonly<Record<Freshness['state'], Tone>> = {
  connecting: 'caution',
  live: 'quiet',
  stale: 'alarm',
};

/** From this width on there is room to say what is done about old data. */
const stepFrom = 100;

function freshnessText(freshness: Freshness, width: number): string {
  const step = width < stepFrom ? undefined : freshnessStep(freshness);
  return step === undefined ? freshnessWords(freshness) : `${freshnessWords(freshness)}, ${step}`;
}
