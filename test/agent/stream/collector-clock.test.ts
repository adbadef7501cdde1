import { expect, test } from 'vitest';
import { CollectorClock } from '../../../agent/src/stream/collector-clock.ts';
import { FakeClock } from '../../../agent/src/testing/index.ts';

test('the offset is whole milliseconds, and so are times taken from it', async () => {
  const clock = new FakeClock();
  const collector = new CollectorClock(clock);
  const sentAt = clock.now();
  await clock.advance(25);
  collector.sample(sentAt, sentAt + 1_000);
  expect(collector.offsetMs).toBe(988);
});

test('begins anew when clocks may have been set', () => {
  const clock = new FakeClock(1_000);
  const seen = new CollectorClock(clock);
  seen.sample(1_000, 5_000);
  expect(seen.offsetMs).toBe(4_000);
  seen.forget();
  expect(seen.offsetMs).toBe(0);
});

test('notices that a clock was set, not that an answer was slow', async () => {
  const clock = new FakeClock(100_000);
  const seen = new CollectorClock(clock);
  expect(seen.sample(100_000, 100_000)).toBe(false);
  await clock.advance(4_000);
  expect(seen.sample(100_000, 100_000)).toBe(false); // it was on its way back for 4 s
  expect(seen.sample(104_000, 103_000)).toBe(true);
  expect(seen.offsetMs).toBe(-1_000);
});
