import { Box } from 'ink';
import type { ReactElement } from 'react';
import { headerLine, type Placed, type RowLook, rowLine, titleOf, windowStart } from '../rows/placed.ts';
import { Lines } from './lines.tsx';

export interface PaneProps<T> {
  readonly name: string;
  readonly rows: readonly T[];
  readonly placed: readonly Placed<T>[];
  readonly look: RowLook;
  readonly width: number;
  /** Rows to show, the header not counted. */
  readonly height: number;
  /** The row under the cursor; absent where the pane has no focus. */
  readonly chosen?: number;
  /** How many columns the pane's name may take. Default 1. */
  readonly titleSpan?: number;
  /** Said where there is no row. */
  readonly empty: string;
  /** Shows the end of the list rather than its start. */
  readonly isTail?: boolean;
}

/** A list with its header: as many rows as fit, with the chosen one among them. */
export function Pane<T>(props: PaneProps<T>): ReactElement {
  const { name, rows, placed, look, height, chosen } = props;
  const start =
    props.isTail === true
      ? Math.max(0, rows.length - height)
      : windowStart({ count: rows.length, height, chosen: chosen ?? 0 });
  const text = props.isTail === true ? name : titleOf(name, { count: rows.length, height, start });
  const title = { text, span: props.titleSpan ?? 1, isFocused: chosen !== undefined, width: props.width };
  const shown = rows
    .slice(start, start + height)
    .map((row, index) => rowLine(placed, row, { ...look, isChosen: start + index === chosen }));
  const lines =
    shown.length === 0 ? [look.style.paint('quiet', `  ${look.style.clean(props.empty)}`)] : shown;
  return (
    <Box flexDirection="column" width={props.width} height={height + 1}>
      <Lines lines={[headerLine(placed, title, look), ...lines]} height={height + 1} />
    </Box>
  );
}
