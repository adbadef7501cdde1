import {
  countColumns,
  countIndex,
  fromColumns,
  RecordReader,
  type Rollup,
  rowsOf,
  toColumns,
} from '@holdfast/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const rollup: fc.Arbitrary<Rollup> = fc.record({
  resource: fc.nat(1_999),
  second: fc.integer({ min: 1_700_000_000, max: 1_700_000_600 }),
  counts: fc.array(fc.nat(1_000), { minLength: countColumns.length, maxLength: countColumns.length }),
  gauges: fc.record({ in_flight: fc.nat(), limit: fc.nat() }, { requiredKeys: [] }),
  latency: fc.constantFrom([], [3, 1], [10, 2, 400, 7]),
});

test('rollups come out of their columns as they went in', () => {
  fc.assert(
    fc.property(fc.array(rollup, { minLength: 1, maxLength: 20 }), (rollups) => {
      const travelled: unknown = JSON.parse(JSON.stringify(toColumns(rollups)));
      expect(fromColumns(travelled as ReturnType<typeof toColumns>)).toEqual(rollups);
    }),
  );
});

test('a column of zeros does not travel', () => {
  const counts = countColumns.map(() => 0);
  counts[countIndex.success] = 4;
  const columns = toColumns([{ resource: 0, second: 1, counts, gauges: {}, latency: [] }]);
  expect(Object.keys(columns.counts)).toEqual(['success']);
});

test('a record has room for every counter in its mask', () => {
  const { records } = rowsOf({
    at: 1,
    resource: [0],
    second: [0],
    counts: Object.fromEntries(countColumns.map((name, index) => [name, [index + 1]])),
    gauges: {},
    latency: [[]],
  });
  const sums = countColumns.map(() => 0);
  new RecordReader(records).addCounts(sums);
  expect(sums).toEqual(countColumns.map((_, index) => index + 1));
  expect(countColumns.length).toBeLessThanOrEqual(31); // bit 31 of a mask is its sign
});
