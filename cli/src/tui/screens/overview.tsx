import { Box } from 'ink';
import type { ReactElement } from 'react';
import { greyed, type Style } from '../../output/style.ts';
import { Pane } from '../components/pane.tsx';
import { chosenIndex } from '../model/press.ts';
import type { Pane as PaneName } from '../model/ui-state.ts';
import type { WatchState } from '../model/watch-model.ts';
import { placeBreakerColumns } from '../rows/breaker-columns.ts';
import { placeErrorColumns } from '../rows/error-columns.ts';
import { placeEventColumns } from '../rows/event-columns.ts';
import { placeFlagColumns } from '../rows/flag-columns.ts';
import { type Layout, layoutOf } from '../rows/layout.ts';

export interface ScreenProps {
  readonly state: WatchState;
  readonly columns: number;
  /** Lines between the strip and the footer. */
  readonly lines: number;
  readonly style: Style;
}

/** Breakers, flags, errors and events on one screen; without colours once they are old. */
export function Overview(asked: ScreenProps): ReactElement {
  const { state, columns, lines } = asked;
  const isKnown = state.freshness.state === 'live';
  const props = isKnown ? asked : { ...asked, style: greyed(asked.style) };
  const { breakers, flags, view, ui } = state;
  const counts = { breakers: breakers.length, flags: flags.length, errors: view.errors.length };
  const layout = layoutOf({ columns, lines, focus: ui.focus, counts });
  const side = layout.isWide ? Math.floor((columns - 1) / 2) : columns;
  return (
    <Box flexDirection="column" width={columns} height={lines}>
      <BreakerPane {...props} height={layout.breakers} />
      <Box flexDirection={layout.isWide ? 'row' : 'column'} columnGap={1}>
        <FlagPane {...props} columns={side} height={layout.flags} />
        <ErrorPane {...props} columns={side} height={layout.errors} />
      </Box>
      <EventPane {...props} height={layout.events} />
    </Box>
  );
}

interface PlacedPane extends ScreenProps {
  readonly height: Layout['events'];
}

/** Two spaces between columns where there is room for them. */
function gapFor(columns: number): number {
  return columns >= 80 ? 2 : 1;
}

function chosenIn(pane: PaneName, { ui, ...lists }: WatchState): { readonly chosen?: number } {
  return ui.focus === pane ? { chosen: chosenIndex(ui, lists) } : {};
}

function BreakerPane({ state, columns, style, height }: PlacedPane): ReactElement | undefined {
  if (height === undefined) return undefined;
  const { breakers, now, ui } = state;
  const gap = gapFor(columns);
  return (
    <Pane
      name={ui.problemsOnly ? 'PROBLEMS' : 'BREAKERS'}
      rows={breakers}
      placed={placeBreakerColumns({ breakers, width: columns, gap, now, style })}
      look={{ style, gap }}
      width={columns}
      height={height}
      titleSpan={2}
      empty={ui.problemsOnly ? 'no breaker has a problem; x shows all' : 'no connected service has a breaker'}
      {...chosenIn('breakers', state)}
    />
  );
}

function FlagPane({ state, columns, style, height }: PlacedPane): ReactElement | undefined {
  if (height === undefined) return undefined;
  const { flags, now } = state;
  const gap = gapFor(columns);
  return (
    <Pane
      name="FLAGS"
      rows={flags}
      placed={placeFlagColumns({ flags, width: columns, gap, now })}
      look={{ style, gap }}
      width={columns}
      height={height}
      empty="no connected service has a flag"
      {...chosenIn('flags', state)}
    />
  );
}

function ErrorPane({ state, columns, style, height }: PlacedPane): ReactElement | undefined {
  if (height === undefined) return undefined;
  const { errors } = state.view;
  const gap = gapFor(columns);
  return (
    <Pane
      name="ERRORS"
      rows={errors}
      placed={placeErrorColumns({ errors, width: columns, gap, now: state.now })}
      look={{ style, gap }}
      width={columns}
      height={height}
      empty="no errors"
    />
  );
}

function EventPane({ state, columns, style, height }: PlacedPane): ReactElement | undefined {
  if (height === undefined) return undefined;
  const { events } = state.view;
  const gap = gapFor(columns);
  return (
    <Pane
      name="EVENTS"
      rows={events}
      placed={placeEventColumns({ events, width: columns, gap, now: state.now })}
      look={{ style, gap }}
      width={columns}
      height={height}
      titleSpan={2}
      empty="nothing has happened yet"
      isTail
    />
  );
}
