import { noticesOf, type LiveView, type Notice } from '@holdfast/shared';
import type { Tone } from '../../output/paint.ts';
import type { Style } from '../../output/style.ts';
import { fit, textWidth } from '../../output/width.ts';

const tones = { problem: 'alarm', past: 'hold' } as const satisfies Record<string, Tone>;

/** What must be read before all else, a line each below the strip. `now` is the person's clock. */
export function noticeLines(of: {
  readonly view: LiveView;
  readonly now: number;
  readonly width: number;
  readonly style: Style;
}): readonly string[] {
  const { view, now, width, style } = of;
  return noticesOf(view, now).map((notice) =>
    style.paint(tones[notice.kind], style.clean(fit(lineOf(notice, width), width))),
  );
}

/** The words give way before the way out does. */
function lineOf({ kind, text, shorter = [] }: Notice, width: number): string {
  const wayOut = kind === 'past' ? ' · n goes back to now' : '';
  const lines = [text, ...shorter].map((words) => ` ! ${words}${wayOut}`);
  return lines.find((line) => textWidth(line) <= width) ?? lines.at(-1) ?? '';
}
