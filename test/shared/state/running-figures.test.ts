import { SeededRandom } from '@holdfast/agent/testing';
import {
  countColumns,
  countIndex,
  type CountColumn,
  percentilesOf,
  RecentSeconds,
  type RecentSecond,
  rowsOf,
  RunningFigures,
  sparkSlots,
  sparkSlotSeconds,
  toColumns,
} from '@holdfast/shared';
import { expect, test } from 'vitest';

const start = 1_700_000_000;
const calls: readonly CountColumn[] = ['success', 'failure', 'timeout', 'rejected', 'ignored', 'cancelled'];

function add(recent: RecentSeconds, second: number, random: SeededRandom): void {
  const draw = (below: number): number => Math.floor(random.next() * below);
  const counts = countColumns.map(() => (draw(3) === 0 ? draw(400) : 0));
  const bucket = draw(400);
  const latency = draw(4) === 0 ? [] : [bucket, 1 + draw(9), bucket + 1 + draw(40), 1 + draw(9)];
  recent.add(second, rowsOf(toColumns([{ resource: 0, second, counts, gauges: {}, latency }])), 0);
}

/** What a window or a slot holds, added up one by one. */
function sumOf(seconds: readonly RecentSecond[], columns: readonly CountColumn[]): number {
  return seconds.reduce(
    (sum, { counts }) => columns.reduce((all, column) => all + (counts[countIndex[column]] ?? 0), sum),
    0,
  );
}

function sparkBy(seconds: readonly RecentSecond[], now: number, columns: readonly CountColumn[]): number[] {
  const last = Math.floor(now / 1_000 / sparkSlotSeconds);
  return Array.from({ length: sparkSlots }, (_, slot) => {
    const from = (last - sparkSlots + 1 + slot) * sparkSlotSeconds;
    return sumOf(
      seconds.filter(({ second }) => second >= from && second < from + sparkSlotSeconds),
      columns,
    );
  });
}

/** The seconds that agents tell of: most of the last one, some long gone, some of a clock that is ahead. */
function secondAt(now: number, random: SeededRandom): number {
  const draw = random.next();
  const late = draw < 0.1 ? Math.floor(random.next() * 70) : draw < 0.15 ? -2 : 1;
  return Math.floor(now / 1_000) - late;
}

test.each([1, 2, 3, 4, 5, 6])('running figures are those from scratch, seed %i', (seed) => {
  const random = new SeededRandom(seed);
  const all = [new RecentSeconds(), new RecentSeconds(), new RecentSeconds()];
  const running = new RunningFigures();
  let now = start * 1_000;
  let sources = all.slice(0, 2);
  for (let step = 0; step < 600; step++) {
    now += random.next() < 0.05 ? Math.floor(random.next() * 20_000) : Math.floor(random.next() * 300);
    if (random.next() < 0.02) sources = all.slice(0, Math.floor(random.next() * 4));
    for (const recent of all) if (random.next() < 0.7) add(recent, secondAt(now, random), random);
    const figures = running.of(sources, now);
    expect(figures).toEqual(new RunningFigures().of(sources, now));
    const seconds = sources.flatMap((recent) => recent.all());
    const end = Math.floor(now / 1_000);
    const window = seconds.filter(({ second }) => second >= end - 10 && second < end);
    expect(figures.rates.callsPerSecond).toBe(sumOf(window, calls) / 10);
    expect(figures.rates.slowPerSecond).toBe(sumOf(window, ['slow']) / 10);
    expect(figures.rates.actionsPerSecond?.hedges ?? 0).toBe(sumOf(window, ['hedges']) / 10);
    const latencies = window.map(({ latency }) => latency);
    const [p99] = percentilesOf(latencies, [0.99]);
    expect(figures.rates.p99Ms).toBe(p99 === undefined ? undefined : Math.round(p99 * 10_000) / 10_000);
    expect(figures.spark.calls).toEqual(sparkBy(seconds, now, calls));
    expect(figures.spark.failed).toEqual(sparkBy(seconds, now, ['failure', 'timeout', 'rejected']));
  }
});

test('figures in which nothing changed are the same object', () => {
  const recent = new RecentSeconds();
  add(recent, start, new SeededRandom(1));
  const running = new RunningFigures();
  const figures = running.of([recent], start * 1_000 + 1_100);
  expect(running.of([recent], start * 1_000 + 1_900)).toBe(figures);
  add(recent, start, new SeededRandom(2));
  expect(running.of([recent], start * 1_000 + 1_950)).not.toBe(figures);
});
