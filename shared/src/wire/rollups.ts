import type { SparseHistogram } from '../histogram/histogram.ts';
import {
  type CallOutcome,
  callOutcomes,
  type ErrorClass,
  errorClasses,
  type GaugeName,
  gaugeNames,
  type LayerAction,
  layerActions,
} from '../vocabulary/calls.ts';

/**
 * The counters of a rollup, in the order in which they stand in memory, on the wire and in the store. At most
 * 31, as records say in the bits of a number which of them they hold.
 */
export const countColumns: readonly CountColumn[] = [
  ...callOutcomes,
  ...errorClasses.map((name) => `class_${name}` as const),
  ...layerActions,
];
export type CountColumn = CallOutcome | `class_${ErrorClass}` | LayerAction;

/** Where a counter stands in `Rollup.counts`. */
export const countIndex: Readonly<Record<CountColumn, number>> = Object.fromEntries(
  countColumns.map((name, index) => [name, index]),
) as Record<CountColumn, number>; // one entry for each column, by construction

/** What one resource of one instance did in one second. */
export interface Rollup {
  /** The resource's number in the agent's dictionary. */
  readonly resource: number;
  /** Epoch second by the agent's clock. */
  readonly second: number;
  /** By `countColumns`. */
  readonly counts: readonly number[];
  readonly gauges: Readonly<Partial<Record<GaugeName, number>>>;
  readonly latency: SparseHistogram;
}

/** Rollups as they travel: a column each of numbers. A column that would hold only zeros is absent. */
export interface RollupColumns {
  readonly at: number;
  readonly resource: readonly number[];
  readonly second: readonly number[];
  readonly counts: Readonly<Partial<Record<CountColumn, readonly number[]>>>;
  readonly gauges: Readonly<Partial<Record<GaugeName, readonly (number | null)[]>>>;
  readonly latency: readonly SparseHistogram[];
}

export function toColumns(rollups: readonly Rollup[]): RollupColumns {
  const at = rollups.reduce((earliest, rollup) => Math.min(earliest, rollup.second), rollups[0]?.second ?? 0);
  const counts: Partial<Record<CountColumn, number[]>> = {};
  countColumns.forEach((name, index) => {
    if (rollups.some((rollup) => rollup.counts[index]))
      counts[name] = rollups.map((r) => r.counts[index] ?? 0);
  });
  const gauges: Partial<Record<GaugeName, (number | null)[]>> = {};
  for (const name of gaugeNames) {
    if (rollups.some((r) => r.gauges[name] !== undefined))
      gauges[name] = rollups.map((r) => r.gauges[name] ?? null);
  }
  return {
    at,
    resource: rollups.map((rollup) => rollup.resource),
    second: rollups.map((rollup) => rollup.second - at),
    counts,
    gauges,
    latency: rollups.map((rollup) => rollup.latency),
  };
}

export function fromColumns(columns: RollupColumns): Rollup[] {
  const present = countColumns.flatMap((name, index) => {
    const column = columns.counts[name];
    return column === undefined ? [] : [{ index, column }];
  });
  return columns.resource.map((resource, row) => ({
    resource,
    second: columns.at + (columns.second[row] ?? 0),
    counts: countsOf(present, row),
    gauges: gaugesOf(columns, row),
    latency: columns.latency[row] ?? [],
  }));
}

const zeros: readonly number[] = countColumns.map(() => 0);

function countsOf(present: readonly { index: number; column: readonly number[] }[], row: number): number[] {
  const counts: number[] = [...zeros];
  for (const { index, column } of present) counts[index] = column[row] ?? 0;
  return counts;
}

function gaugesOf(columns: RollupColumns, row: number): Partial<Record<GaugeName, number>> {
  const gauges: Partial<Record<GaugeName, number>> = {};
  for (const name of gaugeNames) {
    const value = columns.gauges[name]?.[row];
    if (typeof value === 'number') gauges[name] = value;
  }
  return gauges;
}
