import type { FleetEvent } from '@holdfast/shared';
import { eventColumns } from '../../columns/events.ts';
import { type Placed, pick } from './placed.ts';

/** The events' columns for a width. */
export function placeEventColumns(of: {
  readonly events: readonly FleetEvent[];
  readonly width: number;
  readonly gap: number;
  readonly now: number;
}): readonly Placed<FleetEvent>[] {
  const columns = eventColumns(of.now);
  const at = pick(columns, 'at');
  const timeWidth = of.events.reduce((most, event) => Math.max(most, at.text(event).length), minTimeWidth);
  return [
    { column: at, width: timeWidth },
    { column: pick(columns, 'event'), width: of.width - 1 - timeWidth - of.gap },
  ];
}

/** As long as "14:02:07". */
const minTimeWidth = 8;
