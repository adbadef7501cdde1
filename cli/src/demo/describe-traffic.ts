import { formatMs } from '@holdfast/shared';
import type { TrafficReport } from './traffic.ts';

/** What customers saw since the last line, for the end of a line; nothing where there were none. */
export function describeTraffic(report: Readonly<TrafficReport>): string {
  const { pages, pagesFailed, slowestPageMs, orders, ordersFailed } = report;
  if (pages + orders === 0) return '';
  const pageWords = `${pages} pages${failed(pagesFailed)}, slowest ${formatMs(slowestPageMs)}`;
  return `  (until now: ${pageWords}; ${orders} orders${failed(ordersFailed)})`;
}

function failed(count: number): string {
  return count === 0 ? '' : `, ${count} failed`;
}
