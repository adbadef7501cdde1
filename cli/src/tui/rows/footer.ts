import type { Style } from '../../output/style.ts';
import { fit, textWidth } from '../../output/width.ts';
import type { UiState } from '../model/ui-state.ts';

/** The bottom line: what came of the last act, else the keys that do something here. */
export function footerLine(ui: UiState, width: number, style: Style): string {
  if (ui.notice !== undefined)
    return style.paint(ui.notice.tone, style.clean(fit(` ${ui.notice.text}`, width)));
  return style.paint('quiet', style.clean(fit(` ${hintsFor(ui, width - 1)}`, width)));
}

function hintsFor(ui: UiState, width: number): string {
  if (ui.isHelpOpen) return 'any key goes back';
  if (ui.dialog !== undefined)
    return 'enter confirms · esc cancels · left/right how long · ctrl-u empties the reason';
  const own = ui.focus === 'breakers' ? 'o hold open/release' : 'space toggle · c clear';
  const filter = ui.problemsOnly ? 'x all' : 'x problems only';
  const hints = ['? help', own, 'q quit', 'tab pane', filter, 'j/k move'];
  let line = '';
  for (const hint of hints) {
    const longer = line === '' ? hint : `${line} · ${hint}`;
    if (textWidth(longer) > width) break;
    line = longer;
  }
  return line;
}
