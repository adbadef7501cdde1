import { formatTime } from '@holdfast/shared';
import { type Column, isoTime } from '../output/columns.ts';

/** When something happened; the date of `now` goes without saying. */
export function timeColumn(now: number): Column<{ readonly at: number }> {
  return {
    name: 'at',
    heading: 'TIME',
    text: ({ at }) => formatTime(at, now),
    plain: ({ at }) => isoTime(at),
    tone: () => 'quiet',
  };
}
