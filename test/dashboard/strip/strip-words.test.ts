import { statusOf } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import {
  announcementKey,
  formatAge,
  freshnessText,
  pageTitle,
  stripSentence,
} from '../../../dashboard/src/strip/strip-words.ts';
import { sampleAt } from '../sample-breakers.ts';
import { calmFleet, failingFleet } from '../sample-fleet.ts';

const failing = statusOf(failingFleet(), sampleAt);
const calm = statusOf(calmFleet(), sampleAt);

describe('freshness in words', () => {
  test.each([
    [{ state: 'live', ageMs: 420 }, 'live 0.4 s'],
    [{ state: 'connecting', attempt: 1 }, 'connecting'],
    [{ state: 'connecting', attempt: 4 }, 'no answer, try 4'],
    [{ state: 'stale', ageMs: 38_000, isConnected: true }, 'STALE 38 s, the feed has paused'],
    [{ state: 'stale', ageMs: 38_000, isConnected: false }, 'STALE 38 s, reconnecting'],
    [
      { state: 'stale', ageMs: 252_000, isConnected: false, retryInMs: 2_300 },
      'STALE 4 m 12 s, reconnecting in 3 s',
    ],
  ] as const)('%o', (freshness, text) => {
    expect(freshnessText(freshness)).toBe(text);
  });

  test('an age loses its tenths when it is no longer young', () => {
    expect([0, 9_940, 12_000].map(formatAge)).toEqual(['0.0 s', '9.9 s', '12 s']);
  });
});

test('old data is told as old, whatever it says', () => {
  expect(stripSentence(calm, 'live', sampleAt)).toMatch(/^All well/);
  expect(stripSentence(calm, 'stale', sampleAt)).toMatch(/^Last known at \d\d:\d\d:\d\d: All well/);
});

test('the tab says how bad it is, and nothing over old data', () => {
  expect(pageTitle(failing, 'live')).toBe('■ 1 open · Holdfast');
  expect(pageTitle(calm, 'live')).toBe('● Holdfast');
  expect(pageTitle(calm, 'stale')).toBe('? Holdfast');
});

test('only a change is said aloud, not each second', () => {
  const later = statusOf(failingFleet(), sampleAt + 1_000);
  expect(later.sentence).not.toBe(failing.sentence);
  expect(announcementKey(later, 'live')).toBe(announcementKey(failing, 'live'));
  expect(announcementKey(failing, 'stale')).not.toBe(announcementKey(failing, 'live'));
  expect(announcementKey(calm, 'live')).not.toBe(announcementKey(failing, 'live'));
});
