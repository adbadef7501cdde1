import { type Rollup, toColumns } from '@holdfast/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RollupBacklog } from '../../../agent/src/telemetry/rollup-backlog.ts';

function rollup(parts: Partial<Rollup>): Rollup {
  return { resource: 0, second: 0, counts: [1], gauges: {}, latency: [], ...parts };
}

const everything = { bytes: Number.POSITIVE_INFINITY, rollups: Number.POSITIVE_INFINITY };

test('keeps seconds apart while there is room', () => {
  const backlog = new RollupBacklog(100_000);
  for (let second = 0; second < 30; second++) backlog.add(rollup({ second }));
  backlog.makeRoom();
  expect(backlog.length).toBe(30);
});

test('merges into the finest windows that free half of the room', () => {
  const backlog = new RollupBacklog(20_000);
  for (let second = 0; second < 100; second++) backlog.add(rollup({ second, latency: [5, 1] }));
  backlog.makeRoom();
  const merged = backlog.take(everything);
  expect(merged.map(({ second }) => second)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
  expect(merged[0]).toEqual(rollup({ second: 0, counts: [10], latency: [5, 10] }));
});

test('keeps the latest gauges when it merges', () => {
  const backlog = new RollupBacklog(300);
  backlog.add(rollup({ second: 0, gauges: { in_flight: 7, limit: 10 } }));
  backlog.add(rollup({ second: 1, gauges: { in_flight: 0 } }));
  backlog.makeRoom();
  expect(backlog.take(everything)[0]?.gauges).toEqual({ in_flight: 0, limit: 10 });
});

test('says when one rollup for each resource is already too much', () => {
  const backlog = new RollupBacklog(2_000);
  for (let resource = 0; resource < 20; resource++) backlog.add(rollup({ resource }));
  backlog.makeRoom();
  expect(backlog.isFull).toBe(true);
  backlog.take({ ...everything, rollups: 15 });
  expect(backlog.isFull).toBe(false);
});

const anyRollup = fc.record({
  resource: fc.nat(5),
  second: fc.nat(100_000),
  counts: fc.array(fc.nat(1_000_000), { minLength: 3, maxLength: 3 }),
  gauges: fc.oneof(fc.constant({}), fc.record({ in_flight: fc.double({ min: 0, noNaN: true }) })),
  latency: fc.nat(400).map((bucket) => [bucket, 3, bucket + 7, 1]),
});

test('never loses a count, whatever it merges', () => {
  fc.assert(
    fc.property(
      fc.array(anyRollup, { maxLength: 60 }),
      fc.integer({ min: 300, max: 5_000 }),
      (rollups, room) => {
        const backlog = new RollupBacklog(room);
        for (const one of rollups) {
          backlog.add(one);
          backlog.makeRoom();
        }
        expect(totals(backlog.take(everything))).toEqual(totals(rollups));
        expect(backlog.bytes).toBe(0);
      },
    ),
  );
});

test('never takes more than the wire has room for', () => {
  fc.assert(
    fc.property(
      fc.array(anyRollup, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1_100, max: 4_000 }),
      (rollups, bytes) => {
        const backlog = new RollupBacklog(1_000_000);
        for (const one of rollups) backlog.add(one);
        const taken = backlog.take({ ...everything, bytes });
        expect(JSON.stringify(toColumns(taken)).length).toBeLessThanOrEqual(bytes);
        expect(taken.length + backlog.length).toBe(rollups.length);
      },
    ),
  );
});

/** Sums by resource: the counters, then the histogram's counts. */
function totals(rollups: readonly Rollup[]): Map<number, number[]> {
  const sums = new Map<number, number[]>();
  for (const { resource, counts, latency } of rollups) {
    const sum = sums.get(resource) ?? [0, 0, 0, 0];
    counts.forEach((count, column) => {
      sum[column] = (sum[column] ?? 0) + count;
    });
    for (let i = 1; i < latency.length; i += 2) sum[3] = (sum[3] ?? 0) + (latency[i] ?? 0);
    sums.set(resource, sum);
  }
  return new Map([...sums].sort(([a], [b]) => a - b));
}
