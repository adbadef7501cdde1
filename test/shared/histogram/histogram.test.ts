import { bucketCount, bucketOf, mergeSparse, percentile, percentilesOf, toSparse } from '@holdfast/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const lowestMs = 2 ** -6;
const highestMs = 2 ** 19;

function histogramOf(values: readonly number[]): number[] {
  const counts = new Uint32Array(bucketCount);
  for (const value of values) counts[bucketOf(value)] = (counts[bucketOf(value)] ?? 0) + 1;
  return toSparse(counts);
}

test('a percentile of one value is within 3 % of it', () => {
  fc.assert(
    fc.property(fc.double({ min: lowestMs, max: highestMs * 0.999, noNaN: true }), (value) => {
      const found = percentile(histogramOf([value]), 0.99) ?? Number.NaN;
      expect(Math.abs(found - value) / value).toBeLessThan(0.03);
    }),
  );
});

test('buckets ascend with the duration', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e7, noNaN: true }),
      fc.double({ min: 0, max: 1e7, noNaN: true }),
      (a, b) => {
        if (a <= b) expect(bucketOf(a)).toBeLessThanOrEqual(bucketOf(b));
      },
    ),
  );
});

test.each([0, -1, Number.NaN, lowestMs / 2])('%d ms falls into the first bucket', (duration) => {
  expect(bucketOf(duration) === 0 || Number.isNaN(duration)).toBe(true);
  expect(bucketOf(duration)).toBeLessThan(bucketCount);
});

test('a duration beyond the range falls into the last bucket', () => {
  expect(bucketOf(1e9)).toBe(bucketCount - 1);
  expect(bucketOf(Number.POSITIVE_INFINITY)).toBe(bucketCount - 1);
});

test('merging two histograms equals one histogram of all values', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 50 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      expect(mergeSparse(histogramOf(a), histogramOf(b))).toEqual(histogramOf([...a, ...b]));
    }),
  );
});

test('without values there is no percentile', () => {
  expect(percentile([], 0.5)).toBeUndefined();
});

test('percentiles of several histograms are those of the merged one', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 50 });
  const ratios = [0, 0.5, 0.95, 0.99, 1];
  fc.assert(
    fc.property(fc.array(values, { maxLength: 4 }), (parts) => {
      const merged = histogramOf(parts.flat());
      const expected = ratios.map((ratio) => percentile(merged, ratio));
      expect(percentilesOf(parts.map(histogramOf), ratios)).toEqual(expected);
    }),
  );
});
