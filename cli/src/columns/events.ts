import { describeEvent, eventTone, type FleetEvent, formatTime } from '@holdfast/shared';
import { type Column, isoTime } from '../output/columns.ts';
import { eventTones } from '../output/style.ts';

/** The date of `now` goes without saying. */
export function eventColumns(now: number): readonly Column<FleetEvent>[] {
  return [
    {
      name: 'at',
      heading: 'TIME',
      text: (row) => formatTime(row.at, now),
      plain: (row) => isoTime(row.at),
      tone: () => 'quiet',
    },
    { name: 'kind', text: (row) => row.event.kind, wideOnly: true },
    { name: 'service', text: (row) => row.service, wideOnly: true },
    { name: 'instance', text: (row) => row.instance, wideOnly: true },
    { name: 'event', text: describeEvent, tone: (row) => eventTones[eventTone(row.event)] },
    { name: 'id', text: (row) => row.id, wideOnly: true },
  ];
}
