import { freshnessOf, freshnessStep, freshnessWords, knownSentence, staleAfterMs } from '@holdfast/shared';
import { expect, test } from 'vitest';

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

test('once the first try has failed the second is waited for', () => {
  const connection = { state: 'waiting', attempt: 1, retryAt: 9 } as const;
  expect(freshnessOf({ connection, heardAt: undefined, monotonic: 1 })).toMatchObject({ attempt: 2 });
});

test.each([
  [{ state: 'live', ageMs: 420 }, 'live 0.4 s', undefined],
  [{ state: 'live', ageMs: 12_000 }, 'live 12 s', undefined],
  [{ state: 'connecting', attempt: 1 }, 'connecting', undefined],
  [{ state: 'connecting', attempt: 4 }, 'no answer, try 4', undefined],
  [{ state: 'stale', ageMs: 38_000, isConnected: true }, 'STALE 38 s', 'the feed has paused'],
  [{ state: 'stale', ageMs: 38_000, isConnected: false }, 'STALE 38 s', 'reconnecting'],
  [
    { state: 'stale', ageMs: 252_000, isConnected: false, retryInMs: 2_300 },
    'STALE 4 m 12 s',
    'reconnecting in 3 s',
  ],
] as const)('%o is told in words', (freshness, words, step) => {
  expect(freshnessWords(freshness)).toBe(words);
  expect(freshnessStep(freshness)).toBe(step);
});

test('old data is told as old, whatever it says', () => {
  const today = { at: 0, now: 0 };
  expect(knownSentence('All well', 'live', today)).toBe('All well');
  expect(knownSentence('All well', 'stale', today)).toMatch(/^Last known at \d\d:\d\d:\d\d: All well$/);
  expect(knownSentence('All well', 'connecting', today)).toBe('Connecting to the collector');
});

test('data of another day is told with its date', () => {
  const now = 3 * 86_400_000;
  expect(knownSentence('All well', 'stale', { at: 0, now })).toMatch(/^Last known at \d{4}-\d\d-\d\d \d\d:/);
});
