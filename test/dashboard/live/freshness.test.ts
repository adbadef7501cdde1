import { expect, test } from 'vitest';
import { freshnessOf, staleAfterMs } from '../../../dashboard/src/live/freshness.ts';

const open = { state: 'open' } as const;

test('data is live while the connection stands and speaks', () => {
  expect(freshnessOf({ connection: open, heardAt: 1_000, monotonic: 1_400 })).toEqual({
    state: 'live',
    ageMs: 400,
  });
});

test('a feed that pauses is stale though its connection stands', () => {
  const monotonic = 1_000 + staleAfterMs + 1;
  expect(freshnessOf({ connection: open, heardAt: 1_000, monotonic })).toEqual({
    state: 'stale',
    ageMs: staleAfterMs + 1,
    isConnected: true,
  });
});

test('a lost connection makes data stale and tells the next try', () => {
  const connection = { state: 'waiting', attempt: 2, retryAt: 4_500 } as const;
  expect(freshnessOf({ connection, heardAt: 1_000, monotonic: 1_500 })).toEqual({
    state: 'stale',
    ageMs: 500,
    isConnected: false,
    retryInMs: 3_000,
  });
});

test('before the first message nothing is stale, only awaited', () => {
  const connection = { state: 'connecting', attempt: 3 } as const;
  expect(freshnessOf({ connection, heardAt: undefined, monotonic: 60_000 })).toEqual({
    state: 'connecting',
    attempt: 3,
  });
});
