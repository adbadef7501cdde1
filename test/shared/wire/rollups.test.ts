import { countColumns, countIndex, fromColumns, type Rollup, toColumns } from '@holdfast/shared';
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
