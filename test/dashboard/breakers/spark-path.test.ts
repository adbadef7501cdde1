import { expect, test } from 'vitest';
import { sparkPaths } from '../../../dashboard/src/breakers/spark-path.ts';

test('bars are as high as their share of the highest', () => {
  const { calls, failed } = sparkPaths([10, 5], [0, 5]);
  expect(calls).toBe('M0 24v-24h49v24zM50 24v-12h49v12z');
  expect(failed).toBe('M50 24v-12h49v12z');
});

test('what is not nothing is seen, and nothing is not', () => {
  expect(sparkPaths([10_000, 1], [0, 0])).toEqual({ calls: 'M0 24v-24h49v24zM50 24v-1h49v1z', failed: '' });
});
