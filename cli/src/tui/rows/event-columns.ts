import type { FleetEvent } from '@holdfast/shared';
import { eventColumns } from '../../columns/events.ts';
import { type Placed, pick } from './placed.ts';

/** The events' columns for a width. */
export function placeEventColumns(width: number, gap: number): readonly Placed<FleetEvent>[] {
  return [
    { column: pick(eventColumns, 'at'), width: timeWidth },
    { column: pick(eventColumns, 'event'), width: width - 1 - timeWidth - gap },
  ];
}

/** As long as "14:02:07". */
const timeWidth = 8;
