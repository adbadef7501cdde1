import { describeEvent, eventTone, type FleetEvent } from '@holdfast/shared';
import type { Column } from '../output/columns.ts';
import { eventTones } from '../output/style.ts';
import { timeColumn } from './time.ts';

export function eventColumns(now: number): readonly Column<FleetEvent>[] {
  return [
    timeColumn(now),
    { name: 'kind', text: (row) => row.event.kind, wideOnly: true },
    { name: 'service', text: (row) => row.service, wideOnly: true },
    { name: 'instance', text: (row) => row.instance, wideOnly: true },
    { name: 'event', text: describeEvent, tone: (row) => eventTones[eventTone(row.event)] },
    { name: 'id', text: (row) => row.id, wideOnly: true },
  ];
}
