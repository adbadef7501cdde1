import { FakeClock } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { createTicker } from '../../../dashboard/src/time/ticker.ts';

test('ticks for all who listen, and rests when nobody does', async () => {
  const clock = new FakeClock();
  let timers = 0;
  const counted = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimeout(run: () => void, delayMs: number) {
      timers++;
      return clock.setTimeout(run, delayMs);
    },
  };
  const ticker = createTicker(counted, 200);
  expect(timers).toBe(0);
  let ticks = 0;
  const leave = ticker.subscribe(() => ticks++);
  const leaveToo = ticker.subscribe(() => ticks++);
  await clock.advance(400);
  expect(ticks).toBe(4);
  leave();
  leaveToo();
  await clock.advance(1_000);
  expect(ticks).toBe(4);
  expect(timers).toBe(3);
});
