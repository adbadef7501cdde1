import { percentilesOf, type SparseHistogram } from '../histogram/histogram.ts';
import { exclusiveOutcomes, layerActions } from '../vocabulary/calls.ts';
import { type CountColumn, countIndex } from '../wire/rollups.ts';
import type { RatesView } from './views.ts';

/** Rates and percentiles are of so many whole seconds before the present one. */
export const windowSeconds = 10;

/** Rates and percentiles of a window: the sums of its counters by `countColumns`, and its latencies. */
export function ratesOf(sums: ArrayLike<number>, latency: SparseHistogram): RatesView {
  const sum = (column: CountColumn): number => sums[countIndex[column]] ?? 0;
  const failed = sum('failure') + sum('timeout');
  const ran = sum('success') + failed;
  const rates: Mutable<RatesView> = {
    callsPerSecond: sumAt(sums, callColumns) / windowSeconds,
    rejectedPerSecond: sum('rejected') / windowSeconds,
    slowPerSecond: sum('slow') / windowSeconds,
    retriesPerSecond: sum('retries') / windowSeconds,
    fallbacksPerSecond: sum('fallback_used') / windowSeconds,
  };
  const actions = actionsOf(sums);
  if (actions !== undefined) rates.actionsPerSecond = actions;
  if (ran > 0) rates.failureRatio = rounded(failed / ran);
  if (latency.length === 0) return rates;
  const [p50Ms, p95Ms, p99Ms] = percentilesOf([latency], shownPercentiles);
  if (p50Ms !== undefined) rates.p50Ms = rounded(p50Ms);
  if (p95Ms !== undefined) rates.p95Ms = rounded(p95Ms);
  if (p99Ms !== undefined) rates.p99Ms = rounded(p99Ms);
  return rates;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Of these a spark shows the sum, and of these the failures. */
export const callColumns: readonly number[] = exclusiveOutcomes.map((outcome) => countIndex[outcome]);
export const badColumns: readonly number[] = (['failure', 'timeout', 'rejected'] as const).map(
  (outcome) => countIndex[outcome],
);

export function sumAt(counts: ArrayLike<number>, columns: readonly number[]): number {
  let sum = 0;
  for (const column of columns) sum += counts[column] ?? 0;
  return sum;
}

function actionsOf(sums: ArrayLike<number>): RatesView['actionsPerSecond'] {
  let actions: Mutable<NonNullable<RatesView['actionsPerSecond']>> | undefined;
  for (const action of layerActions) {
    const count = sums[countIndex[action]] ?? 0;
    if (count > 0) (actions ??= {})[action] = count / windowSeconds;
  }
  return actions;
}

const shownPercentiles = [0.5, 0.95, 0.99];

/** To a tenth of a thousandth: what lies below says nothing, and each digit goes to every reader. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
