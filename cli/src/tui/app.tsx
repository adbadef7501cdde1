import { isUntouched, statusOf } from '@holdfast/shared';
import { Box } from 'ink';
import type { ReactElement } from 'react';
import type { Style } from '../output/style.ts';
import { Lines } from './components/lines.tsx';
import { useKeys } from './hooks/use-keys.ts';
import { useWatchState } from './hooks/use-watch-state.ts';
import type { WatchModel, WatchState } from './model/watch-model.ts';
import { footerLine } from './rows/footer.ts';
import { guideLines } from './rows/guide-lines.ts';
import { helpLines } from './rows/help-lines.ts';
import { noticeLines } from './rows/notice-lines.ts';
import { stripLine } from './rows/strip.ts';
import { Asking } from './screens/asking.tsx';
import { Overview, type ScreenProps } from './screens/overview.tsx';

export interface AppProps {
  readonly model: WatchModel;
  readonly columns: number;
  /** Of the terminal. One less is used: a screen as tall as the terminal would be cleared at every frame. */
  readonly rows: number;
  readonly style: Style;
  /** The collector's, for the guide to the first steps. */
  readonly url: string;
}

export function App({ model, columns, rows, style, url }: AppProps): ReactElement {
  const state = useWatchState(model);
  useKeys(model.press);
  const height = Math.max(1, rows - 1);
  const status = statusOf(state.view, state.now);
  const { at, replay } = state.view;
  const moment = { at, now: state.wallNow };
  const strip = stripLine({ status, freshness: state.freshness, replay, ...moment, width: columns, style });
  const notices = noticeLines({ view: state.view, now: state.wallNow, width: columns, style });
  const lines = Math.max(0, height - 2 - notices.length);
  return (
    <Box flexDirection="column" width={columns} height={height}>
      <Lines lines={[strip, ...notices]} height={Math.min(height, 1 + notices.length)} />
      {lines > 0 && <Body state={state} columns={columns} lines={lines} style={style} url={url} />}
      {height > 1 && <Lines lines={[footerLine(state.ui, columns, style)]} height={1} />}
    </Box>
  );
}

function Body({ url, ...props }: ScreenProps & { readonly url: string }): ReactElement {
  const { state, columns, lines, style } = props;
  const { ui, freshness } = state;
  if (ui.isHelpOpen) return <Lines lines={helpLines(columns, style)} height={lines} />;
  if (isEmpty(state)) {
    return (
      <Lines
        lines={guideLines({ freshness, problem: state.problem, url, width: columns, style })}
        height={lines}
      />
    );
  }
  if (ui.dialog !== undefined) return <Asking {...props} dialog={ui.dialog} />;
  return <Overview {...props} />;
}

/** What is known of the past stays on the screen when the last instance has left. */
function isEmpty({ freshness, view }: WatchState): boolean {
  return freshness.state === 'connecting' || isUntouched(view);
}
