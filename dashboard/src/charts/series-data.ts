import type { SeriesAnswer } from '@holdfast/shared';

/**
 * How far back the charts look. `points` is what the collector is asked for at most: two more than the
 * steps of 2, 5 or 15 seconds that fit, because a range seldom begins where a step does.
 */
export interface ChartRange {
  readonly label: string;
  readonly rangeMs: number;
  readonly points: number;
}

const fiveMinutes: ChartRange = { label: '5 min', rangeMs: 300_000, points: 152 };
export const chartRanges: readonly [ChartRange, ...ChartRange[]] = [
  fiveMinutes,
  { label: '15 min', rangeMs: 900_000, points: 182 },
  { label: '1 h', rangeMs: 3_600_000, points: 242 },
];

/** A place in a chart; `null` where nothing is known, as Chart.js wants it. */
export interface ChartPoint {
  x: number;
  y: number | null;
}

export interface ChartLine {
  readonly key: LineKey;
  readonly label: string;
  readonly points: ChartPoint[];
}

export type OutcomeKey = 'success' | 'failure' | 'timeout' | 'rejected';
export type LatencyKey = 'p50' | 'p95' | 'p99';
export type LineKey = OutcomeKey | LatencyKey;

/** Calls a second by how they ended; from the bottom of the stack to its top. */
export function outcomeLines(series: SeriesAnswer, now: number): ChartLine[] {
  const count = completeSteps(series, now);
  const outcomes = ['failure', 'timeout', 'rejected', 'success'] as const;
  return outcomes.map((key) => ({
    key,
    label: key,
    points: pointsOf(series, count, (index) => (series[key][index] ?? 0) / series.stepSeconds),
  }));
}

/** Latency percentiles in milliseconds, the highest first. */
export function latencyLines(series: SeriesAnswer, now: number): ChartLine[] {
  const count = completeSteps(series, now);
  const columns = { p99: series.p99Ms, p95: series.p95Ms, p50: series.p50Ms } as const;
  return (['p99', 'p95', 'p50'] as const).map((key) => ({
    key,
    label: key,
    points: pointsOf(series, count, (index) => columns[key][index] ?? null),
  }));
}

/** How many steps at the start are over. The last one still grows, and would look like a sudden drop. */
export function completeSteps(series: SeriesAnswer, now: number): number {
  const stepMs = series.stepSeconds * 1_000;
  let count = series.at.length;
  while (count > 0 && (series.at[count - 1] ?? 0) + stepMs > now) count--;
  return count;
}

function pointsOf(
  series: SeriesAnswer,
  count: number,
  valueAt: (index: number) => number | null,
): ChartPoint[] {
  return series.at.slice(0, count).map((x, index) => ({ x, y: valueAt(index) }));
}

/** The place nearest to a moment; `undefined` without points. */
export function indexAt(points: readonly ChartPoint[], x: number): number | undefined {
  if (points.length === 0) return undefined;
  let low = 0;
  let high = points.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.x ?? 0) < x) low = middle;
    else high = middle;
  }
  return Math.abs((points[low]?.x ?? 0) - x) <= Math.abs((points[high]?.x ?? 0) - x) ? low : high;
}

const tickSteps = [10, 30, 60, 120, 300, 600, 900, 1_800].map((seconds) => seconds * 1_000);

/** Round times between two moments, at most `most` of them. */
export function timeTicks(from: number, to: number, most: number): number[] {
  const stepMs = tickSteps.find((step) => (to - from) / step <= most) ?? 3_600_000;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / stepMs) * stepMs; at <= to; at += stepMs) ticks.push(at);
  return ticks;
}

/** An axis has round values: "5.0" is told as "5", "1.00 s" as "1 s". */
export function axisText(text: string): string {
  return text.replace(/\.0+(?=\D|$)/, '');
}

/** How often the charts ask again: once a step, as nothing new is complete before. */
export function pollMsOf(stepSeconds: number): number {
  return Math.min(15_000, Math.max(2_000, stepSeconds * 1_000));
}
