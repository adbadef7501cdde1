import type { Style } from '../../output/style.ts';
import { fit, wrap } from '../../output/width.ts';
import { type Dialog, holds } from '../model/ui-state.ts';

/** A question with its effect, or what came of it, as whole lines. */
export function dialogLines(dialog: Dialog, width: number, style: Style): string[] {
  const { act } = dialog;
  const inner = width - 2;
  const line = (text: string): string => ` ${style.clean(fit(text, inner))}`;
  const title = style.paint('caution', style.clean(fit(` ${style.clean(act.title)}`, width)));
  const body = wrap(style.clean(act.effect), inner).map(line);
  switch (dialog.step) {
    case 'confirm': {
      const keys = `${style.paint('strong', `y ${act.verb}`)}   ${style.paint('strong', 'n')} cancel`;
      return [title, ...body, ...(act.lasts ? [holdLine(dialog.hold, style)] : []), ` ${keys}`];
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
  const offers = holds.map(({ label }, index) =>
    index === chosen ? style.paint('strong', `[${label}]`) : style.paint('quiet', ` ${label} `),
  );
  return ` for ${offers.join('')}  ${style.paint('quiet', 'left/right changes')}`;
}
