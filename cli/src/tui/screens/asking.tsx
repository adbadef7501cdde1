import { Box } from 'ink';
import type { ReactElement } from 'react';
import { Lines } from '../components/lines.tsx';
import type { Dialog } from '../model/ui-state.ts';
import { dialogLines } from '../rows/dialog-lines.ts';
import { Overview, type ScreenProps } from './overview.tsx';

/** The overview with a question below it: what is asked about stays in sight. */
export function Asking({ dialog, ...props }: ScreenProps & { readonly dialog: Dialog }): ReactElement {
  const question = dialogLines(dialog, {
    width: props.columns,
    style: props.style,
    isStale: props.state.freshness.state !== 'live',
  });
  const height = Math.min(question.length, props.lines);
  return (
    <Box flexDirection="column" width={props.columns} height={props.lines}>
      <Box flexDirection="column" height={props.lines - height}>
        {props.lines > height && <Overview {...props} lines={props.lines - height} />}
      </Box>
      <Lines lines={question} height={height} />
    </Box>
  );
}
