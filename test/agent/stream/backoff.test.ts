import { expect, test } from 'vitest';
import { Backoff } from '../../../agent/src/stream/backoff.ts';

function longestWaits(backoff: Backoff, count: number): number[] {
  return Array.from({ length: count }, () => backoff.nextMs());
}

test('waits are drawn from a range that doubles up to 30 s', () => {
  expect(longestWaits(new Backoff(() => 1), 7)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(longestWaits(new Backoff(() => 0), 3)).toEqual([0, 0, 0]);
});

test('a crowd is spread over the time it takes', () => {
  const backoff = new Backoff(() => 1);
  backoff.spread({ agents: 4_000, perSecond: 500 });
  expect(longestWaits(backoff, 5)).toEqual([8_000, 8_000, 8_000, 8_000, 16_000]);
  backoff.reset();
  backoff.spread({ agents: 1_000_000, perSecond: 0 });
  expect(backoff.nextMs()).toBe(30_000);
  backoff.reset();
  backoff.spread();
  expect(backoff.nextMs()).toBe(1_000);
});
