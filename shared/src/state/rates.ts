import { percentilesOf } from '../histogram/histogram.ts';
import { exclusiveOutcomes, layerActions } from '../vocabulary/calls.ts';
import { type CountColumn, countColumns, countIndex } from '../wire/rollups.ts';
import type { RecentSecond } from './fleet.ts';
import { type RatesView, type ResourceView, sparkSlotSeconds, sparkSlots } from './views.ts';

const windowSeconds = 10;

/** Rates and percentiles of the last 10 whole seconds before `now`, over all the given instances' seconds. */
export function ratesOf(seconds: readonly RecentSecond[], now: number): RatesView {
  const end = Math.floor(now / 1_000);
  const inWindow = seconds.filter((one) => one.second >= end - windowSeconds && one.second < end);
  const sums = sumsOf(inWindow);
  const sum = (column: CountColumn): number => sums[countIndex[column]] ?? 0;
  const failed = sum('failure') + sum('timeout');
  const ran = sum('success') + failed;
  const actions = layerActions.flatMap((action) => {
    const count = sum(action);
    return count === 0 ? [] : [[action, count / windowSeconds] as const];
  });
  const latencies = inWindow.map((one) => one.latency);
  const [p50Ms, p95Ms, p99Ms] = percentilesOf(latencies, shownPercentiles);
  return {
    callsPerSecond: exclusiveOutcomes.reduce((calls, outcome) => calls + sum(outcome), 0) / windowSeconds,
    rejectedPerSecond: sum('rejected') / windowSeconds,
    slowPerSecond: sum('slow') / windowSeconds,
    retriesPerSecond: sum('retries') / windowSeconds,
    fallbacksPerSecond: sum('fallback_used') / windowSeconds,
    ...(actions.length === 0 ? {} : { actionsPerSecond: Object.fromEntries(actions) }),
    ...(ran === 0 ? {} : { failureRatio: rounded(failed / ran) }),
    ...(p50Ms === undefined ? {} : { p50Ms: rounded(p50Ms) }),
    ...(p95Ms === undefined ? {} : { p95Ms: rounded(p95Ms) }),
    ...(p99Ms === undefined ? {} : { p99Ms: rounded(p99Ms) }),
  };
}

const shownPercentiles = [0.5, 0.95, 0.99];

function sumsOf(seconds: readonly RecentSecond[]): Float64Array {
  const sums = new Float64Array(countColumns.length);
  for (const { counts } of seconds) {
    for (let column = 0; column < counts.length; column++)
      sums[column] = (sums[column] ?? 0) + (counts[column] ?? 0);
  }
  return sums;
}

/** To a tenth of a thousandth: what lies below says nothing, and each digit goes to every reader. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/**
 * Calls and failures of the last minute. Slots stand on the clock's grid, so that they move but never
 * change.
 */
export function sparkOf(seconds: readonly RecentSecond[], now: number): ResourceView['spark'] {
  const calls = Array.from({ length: sparkSlots }, () => 0);
  const failed = Array.from({ length: sparkSlots }, () => 0);
  const last = Math.floor(now / 1_000 / sparkSlotSeconds);
  for (const one of seconds) {
    const slot = sparkSlots - 1 - (last - Math.floor(one.second / sparkSlotSeconds));
    if (slot < 0 || slot >= sparkSlots) continue;
    calls[slot] = (calls[slot] ?? 0) + sumOf(one.counts, callColumns);
    failed[slot] = (failed[slot] ?? 0) + sumOf(one.counts, badColumns);
  }
  return { calls, failed };
}

function sumOf(counts: readonly number[], columns: readonly number[]): number {
  let sum = 0;
  for (const column of columns) sum += counts[column] ?? 0;
  return sum;
}

const callColumns = exclusiveOutcomes.map((outcome) => countIndex[outcome]);
const badColumns = (['failure', 'timeout', 'rejected'] as const).map((outcome) => countIndex[outcome]);
