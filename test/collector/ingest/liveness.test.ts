import { expect, test } from 'vitest';
import { Liveness } from '../../../collector/src/ingest/liveness.ts';

/** What is due in each of so many seconds, by the second. */
function ticks(liveness: Liveness, count: number): Record<number, string> {
  const due: Record<number, string> = {};
  for (let second = 1; second <= count; second++) {
    const what = liveness.tick();
    if (what !== undefined) due[second] = what;
  }
  return due;
}

test('who speaks, but does not answer when asked, is gone', () => {
  const liveness = new Liveness();
  expect(ticks(liveness, 10)).toEqual({ 10: 'ask' });
  liveness.heard();
  expect(ticks(liveness, 20)).toEqual({});
  liveness.heard();
  expect(liveness.tick()).toBe('gone');
});

test('who answers is asked again 10 s after the last time', () => {
  const liveness = new Liveness();
  ticks(liveness, 10);
  liveness.heard();
  ticks(liveness, 7);
  liveness.answered();
  expect(ticks(liveness, 3)).toEqual({ 3: 'ask' });
});

test('who answers and says nothing is gone after 35 s', () => {
  const liveness = new Liveness();
  for (let second = 1; second < 35; second++) {
    expect(liveness.tick()).not.toBe('gone');
    liveness.answered();
  }
  expect(liveness.tick()).toBe('gone');
});

test('nobody falls silent while nothing is read', () => {
  const liveness = new Liveness();
  ticks(liveness, 30);
  for (let second = 0; second < 100; second++) liveness.pausedTick();
  expect(ticks(liveness, 20)).toEqual({});
});
