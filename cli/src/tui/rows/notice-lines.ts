import { noticesOf, type LiveView } from '@holdfast/shared';
import type { Tone } from '../../output/paint.ts';
import type { Style } from '../../output/style.ts';
import { fit } from '../../output/width.ts';

const tones = { problem: 'alarm', past: 'hold' } as const satisfies Record<string, Tone>;

/** What must be read before all else, a line each below the strip. `now` is the person's clock. */
export function noticeLines(of: {
  readonly view: LiveView;
  readonly now: number;
  readonly width: number;
  readonly style: Style;
}): readonly string[] {
  const { view, now, width, style } = of;
  return noticesOf(view, now).map(({ kind, text }) =>
    style.paint(
      tones[kind],
      style.clean(fit(` ! ${text}${kind === 'past' ? ' · n goes back to now' : ''}`, width)),
    ),
  );
}
