import { statusOf } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { announcementKey, freshnessText, pageTitle } from '../../../dashboard/src/strip/strip-words.ts';
import { sampleAt } from '../sample-breakers.ts';
import { calmFleet, failingFleet } from '../sample-fleet.ts';

const failing = statusOf(failingFleet(), sampleAt);
const calm = statusOf(calmFleet(), sampleAt);

test('the mark says how fresh the data is and what comes next', () => {
  expect(freshnessText({ state: 'live', ageMs: 420 })).toBe('live 0.4 s');
  expect(freshnessText({ state: 'stale', ageMs: 38_000, isConnected: false })).toBe(
    'STALE 38 s, reconnecting',
  );
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
