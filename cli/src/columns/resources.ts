import {
  activityWords,
  countColumns,
  type Difference,
  formatMs,
  formatRate,
  formatRatio,
  type ResourceAnswer,
  type ResourceView,
} from '@holdfast/shared';
import type { Column } from '../output/columns.ts';

export const resourceColumns: readonly Column<ResourceView>[] = [
  { name: 'resource', text: (row) => row.address, elastic: true },
  {
    name: 'instances',
    text: (row) => `${row.instanceCount - row.staleCount} of ${row.instanceCount}`,
    plain: (row) => row.instanceCount,
    tone: (row) => (row.staleCount > 0 ? 'warn' : 'plain'),
    align: 'right',
  },
  {
    name: 'failure_ratio',
    heading: 'ERR %',
    text: ({ rates }) => (rates.failureRatio === undefined ? '-' : formatRatio(rates.failureRatio)),
    plain: ({ rates }) => rates.failureRatio,
    align: 'right',
  },
  {
    name: 'calls_per_second',
    heading: 'CALLS/S',
    text: ({ rates }) => formatRate(rates.callsPerSecond),
    plain: ({ rates }) => rates.callsPerSecond,
    align: 'right',
  },
  {
    name: 'rejected_per_second',
    heading: 'REJECTED/S',
    text: ({ rates }) => formatRate(rates.rejectedPerSecond),
    plain: ({ rates }) => rates.rejectedPerSecond,
    tone: ({ rates }) => (rates.rejectedPerSecond > 0 ? 'warn' : 'plain'),
    align: 'right',
  },
  {
    name: 'p99_ms',
    heading: 'P99',
    text: ({ rates }) => (rates.p99Ms === undefined ? '-' : formatMs(rates.p99Ms)),
    plain: ({ rates }) => rates.p99Ms,
    align: 'right',
  },
  { name: 'pipeline', text: (row) => row.pipeline ?? '', wideOnly: true },
  { name: 'dependency', text: (row) => row.dependency ?? '', wideOnly: true },
  { name: 'activity', text: (row) => activityWords(row).join(', ') },
];

/** What is known of one resource beside its line in a list. A counter at zero is left out for people. */
export const detailColumns: readonly Column<ResourceAnswer>[] = [
  { name: 'last_error', text: ({ lastError }) => lastError?.message ?? '' },
  { name: 'settings', text: ({ config = {} }) => pairs(config) },
  { name: 'differences', text: ({ differences = [] }) => differences.map(differenceWords).join('; ') },
  ...countColumns.map((column) => ({
    name: `total_${column}`,
    text: ({ totals }: ResourceAnswer) => (totals[column] ? `${totals[column]}` : ''),
    plain: ({ totals }: ResourceAnswer) => totals[column] ?? 0,
  })),
];

function pairs(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}

/** "config.timeoutMs 800 on a, b / 500 on c". */
function differenceWords({ what, values }: Difference): string {
  const told = values.map(({ value = 'not set', instances, instanceCount }) => {
    const more = instanceCount - instances.length;
    return `${String(value)} on ${instances.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  });
  return `${what} ${told.join(' / ')}`;
}
