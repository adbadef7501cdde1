import { formatDuration, type HealthStatus, healthWords, type ResourceView } from '@holdfast/shared';
import { type Column, isoTime } from '../output/columns.ts';
import type { Tone } from '../output/paint.ts';

export const healthTones: Readonly<Record<HealthStatus, Tone>> = {
  up: 'good',
  degraded: 'warn',
  down: 'bad',
  unknown: 'quiet',
};

/** `now` is the time that "since" is measured to. */
export function healthColumns(now: number): readonly Column<ResourceView>[] {
  return [
    {
      name: 'status',
      text: (row) => `${healthWords[statusOf(row)].glyph} ${statusOf(row)}`,
      plain: statusOf,
      tone: (row) => healthTones[statusOf(row)],
    },
    { name: 'check', text: (row) => `${row.service}/${row.name}`, elastic: true },
    { name: 'kind', text: (row) => row.health?.checkKind ?? '' },
    {
      name: 'critical',
      text: (row) => (row.health?.critical === true ? 'yes' : 'no'),
      plain: (row) => row.health?.critical,
    },
    {
      name: 'since',
      text: (row) => (row.health === undefined ? '' : formatDuration(now - row.health.sinceAt)),
      plain: (row) => isoTime(row.health?.sinceAt),
      align: 'right',
    },
    { name: 'message', text: (row) => row.health?.message ?? '' },
  ];
}

function statusOf(row: ResourceView): HealthStatus {
  return row.health?.status ?? 'unknown';
}
