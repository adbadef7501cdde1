import { formatRate, type ServiceView } from '@holdfast/shared';
import type { Column } from '../output/columns.ts';
import { healthTones } from './health.ts';

export const serviceColumns: readonly Column<ServiceView>[] = [
  { name: 'service', text: (row) => row.service, elastic: true },
  {
    name: 'connected',
    heading: 'INSTANCES',
    text: (row) => `${row.connectedCount} of ${row.instanceCount}`,
    plain: (row) => row.connectedCount,
    tone: (row) => (row.connectedCount < row.instanceCount ? 'warn' : 'plain'),
    align: 'right',
  },
  { name: 'health', text: (row) => row.health, tone: (row) => healthTones[row.health] },
  { name: 'breakers', text: (row) => `${row.breakerCount}`, align: 'right' },
  {
    name: 'open',
    text: (row) => `${row.openCount}`,
    tone: (row) => (row.openCount > 0 ? 'bad' : 'plain'),
    align: 'right',
  },
  {
    name: 'degraded_flags',
    text: (row) => `${row.degradedFlagCount}`,
    tone: (row) => (row.degradedFlagCount > 0 ? 'warn' : 'plain'),
    align: 'right',
  },
  {
    name: 'calls_per_second',
    heading: 'CALLS OUT/S',
    text: (row) => formatRate(row.callsPerSecond),
    plain: (row) => row.callsPerSecond,
    align: 'right',
  },
];
