import type { LaneSegment } from '@holdfast/shared';
import { expect, test } from 'vitest';
import {
  drawnSegments,
  laneWords,
  mostLanes,
  segmentAt,
  segmentWords,
  shownLanes,
} from '../../../dashboard/src/charts/lanes-data.ts';

const segment = (state: string, from: number, until: number): LaneSegment => ({ state, from, until });

test('low states are drawn over tall ones, so that both show', () => {
  const states = ['closed', 'open', 'half_open', 'open', 'closed', 'summarised'];
  const drawn = drawnSegments(states.map((state, at) => segment(state, at, at + 1)));
  expect(drawn.map(({ state }) => state)).toEqual([
    'summarised',
    'open',
    'open',
    'half_open',
    'closed',
    'closed',
  ]);
});

test('of many instances those with trouble are shown', () => {
  const lanes = Array.from({ length: 20 }, (_, index) => ({
    instance: `i-${index}`,
    segments: [segment(index === 17 ? 'open' : index === 9 ? 'half_open' : 'closed', 0, 5)],
  }));
  const shown = shownLanes(lanes);
  expect(shown).toHaveLength(mostLanes);
  expect(shown.slice(0, 3).map(({ instance }) => instance)).toEqual(['i-17', 'i-9', 'i-0']);
});

test('a lane is told in words, summed changes with their count', () => {
  const segments = [
    segment('closed', 0, 10),
    segment('open', 10, 10),
    { ...segment('summarised', 10, 20), changeCount: 38 },
    segment('forced_open', 30, 40),
  ];
  expect(segmentWords(segmentAt(segments, 10))).toBe('38 changes, summed up');
  expect(segmentWords(segmentAt(segments, 25))).toBe('not known');
  expect(laneWords({ instance: 'a', segments })).toBe(
    'a: open 1 time, summarised 1 time, forced open 1 time, at last forced open',
  );
});
