import type { SeriesAnswer } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import {
  axisText,
  chartRanges,
  completeSteps,
  indexAt,
  latencyLines,
  outcomeLines,
  pollMsOf,
  timeTicks,
} from '../../../dashboard/src/charts/series-data.ts';

const series: SeriesAnswer = {
  address: 'a/circuit_breaker/b',
  stepSeconds: 2,
  at: [0, 2_000, 4_000],
  success: [20, 10, 1],
  failure: [0, 4, 1],
  timeout: [0, 2, 0],
  rejected: [0, 0, 0],
  ignored: [0, 0, 0],
  cancelled: [0, 0, 0],
  slow: [0, 0, 0],
  late: [0, 0, 0],
  retries: [0, 0, 0],
  errors: {},
  p50Ms: [5, null, 6],
  p95Ms: [8, null, 9],
  p99Ms: [9, null, 10],
  lanes: [],
};

test('outcomes are calls a second, failures at the bottom of the stack', () => {
  const lines = outcomeLines(series, 6_000);
  expect(lines.map((line) => line.key)).toEqual(['failure', 'timeout', 'rejected', 'success']);
  expect(lines[0]?.points).toEqual([
    { x: 0, y: 0 },
    { x: 2_000, y: 2 },
    { x: 4_000, y: 0.5 },
  ]);
});

test('a second without calls is a gap in the latency', () => {
  const p99 = latencyLines(series, 6_000)[0];
  expect(p99?.points.map((point) => point.y)).toEqual([9, null, 10]);
});

test('the step that still runs is left out', () => {
  expect(completeSteps(series, 5_999)).toBe(2);
  expect(completeSteps(series, 6_000)).toBe(3);
  expect(outcomeLines(series, 5_999)[3]?.points).toHaveLength(2);
});

test('the nearest place to the pointer is found', () => {
  const points = [0, 10, 20].map((x) => ({ x, y: 0 }));
  expect([-5, 4, 6, 14, 99].map((x) => indexAt(points, x))).toEqual([0, 0, 1, 1, 2]);
  expect(indexAt([], 3)).toBeUndefined();
});

describe('times under the chart', () => {
  test('are round', () => {
    expect(timeTicks(59_000, 301_000, 6)).toEqual([60_000, 120_000, 180_000, 240_000, 300_000]);
  });

  test.each(chartRanges)('are few enough over $label', ({ rangeMs }) => {
    const ticks = timeTicks(1_234_567, 1_234_567 + rangeMs, 6);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThanOrEqual(7);
  });
});

test('an axis spares the zeros behind the point', () => {
  expect(['5.0', '1.00 s', '1.50 s', '10', '1.0 k'].map(axisText)).toEqual([
    '5',
    '1 s',
    '1.50 s',
    '10',
    '1 k',
  ]);
});

test('charts ask once a step, within bounds', () => {
  expect([0, 1, 5, 60].map(pollMsOf)).toEqual([2_000, 2_000, 5_000, 15_000]);
});
