import {
  countColumns,
  fleetLimits,
  mergeSparse,
  RecentSeconds,
  type RecentSecond,
  rowsOf,
  toColumns,
} from '@holdfast/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const start = 1_700_000_000;
const second = fc.record({
  second: fc.integer({ min: start, max: start + 200 }),
  counts: fc.array(fc.nat(300), { minLength: countColumns.length, maxLength: countColumns.length }),
  latency: fc.constantFrom([], [3, 1], [10, 2, 400, 7_000]),
});

function add(recent: RecentSeconds, { second: at, counts, latency }: RecentSecond): void {
  recent.add(at, rowsOf(toColumns([{ resource: 0, second: at, counts, gauges: {}, latency }])), 0);
}

/** What stands there for each second that a view may ask for. */
function sumsOf(seconds: readonly RecentSecond[]): Map<number, RecentSecond> {
  const newest = Math.max(...seconds.map((one) => one.second));
  const sums = new Map<number, RecentSecond>();
  for (const one of seconds) {
    if (one.second <= newest - fleetLimits.recentSeconds) continue;
    const known = sums.get(one.second);
    const counts = one.counts.map((count, column) => count + (known?.counts[column] ?? 0));
    const latency = mergeSparse(known?.latency ?? [], one.latency);
    sums.set(one.second, { second: one.second, counts, latency });
  }
  return new Map([...sums].sort(([a], [b]) => a - b));
}

test('the last minute is there, in whatever order it came', () => {
  fc.assert(
    fc.property(fc.array(second, { minLength: 1, maxLength: 400 }), (seconds) => {
      const recent = new RecentSeconds();
      for (const one of seconds) add(recent, one);
      expect(sumsOf(recent.all())).toEqual(sumsOf(seconds));
    }),
    { numRuns: 50 },
  );
});

test('one second that comes ever again takes no more room', () => {
  const recent = new RecentSeconds();
  for (let time = 0; time < 10_000; time++) add(recent, { second: start, counts: [1], latency: [5, 1] });
  expect(recent.all().length).toBeLessThanOrEqual(4 * fleetLimits.recentSeconds);
  const [sum] = sumsOf(recent.all()).values();
  expect([sum?.counts[0], sum?.latency]).toEqual([10_000, [5, 10_000]]);
});

test('what lies behind a moment is handed over, read or not', () => {
  const recent = new RecentSeconds();
  for (const of of [0, 1, 2]) add(recent, { second: start + of, counts: [of], latency: [5, of + 1] });
  const seen: number[] = [];
  recent.visit(start, (at) => seen.push(at - start));
  expect(seen).toEqual([1, 2]);
});
