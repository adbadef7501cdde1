import { formatDuration, overrideLimits, reasonHint, staleActWarning } from '@holdfast/shared';
import type { Style } from '../../output/style.ts';
import { fit, textWidth, wrap } from '../../output/width.ts';
import type { Dialog } from '../model/ui-state.ts';

/** A question with its effect, or what came of it, as whole lines. */
export function dialogLines(
  dialog: Dialog,
  of: { readonly width: number; readonly style: Style; readonly isStale: boolean },
): string[] {
  const { width, style } = of;
  const { words } = dialog.act;
  const inner = width - 2;
  const line = (text: string): string => ` ${style.clean(fit(text, inner))}`;
  const title = style.paint('caution', style.clean(fit(` ${style.clean(words.title)}`, width)));
  const body = wrap(style.clean(words.effect), inner).map(line);
  switch (dialog.step) {
    case 'confirm': {
      const warning = of.isStale ? [style.paint('bad', line(staleActWarning))] : [];
      const hold = words.lasts ? [holdLine(dialog.forMs, style)] : [];
      return [
        title,
        ...body,
        ...warning,
        ...hold,
        reasonLine(dialog.reason, inner, style),
        keyLine(words, style),
      ];
    }
    case 'working':
      return [title, ...body, line('asking the collector')];
    case 'failed': {
      const said = wrap(style.clean(`Not done: ${dialog.message}`), inner);
      return [title, ...said.map((one) => style.paint('bad', line(one))), line('any key goes back')];
    }
  }
}

function holdLine(chosen: number, style: Style): string {
  const offers = overrideLimits.choicesMs.map((forMs) => {
    const label = formatDuration(forMs);
    return forMs === chosen ? style.paint('strong', `[${label}]`) : style.paint('quiet', ` ${label} `);
  });
  return ` for    ${offers.join('')}  ${style.paint('quiet', 'left/right changes')}`;
}

/** What is typed, its end in sight, with a cursor; what to type where nothing is. */
function reasonLine(reason: string, width: number, style: Style): string {
  const label = ' reason ';
  const room = width - textWidth(label) - 1;
  if (reason === '') return `${label}_${style.paint('quiet', style.clean(fit(` ${reasonHint}`, room)))}`;
  return `${label}${style.clean(tail(style.clean(reason), room))}_`;
}

/** The end of a text that takes at most `width` columns. */
function tail(text: string, width: number): string {
  const characters = Array.from(text);
  while (characters.length > 0 && textWidth(characters.join('')) > width) characters.shift();
  return characters.join('');
}

function keyLine({ confirm }: Dialog['act']['words'], style: Style): string {
  return ` ${style.paint('strong', 'enter')} ${confirm}   ${style.paint('strong', 'esc')} Cancel`;
}
