import { expect, test } from 'vitest';
import { systemClock } from '../../../agent/src/time/system-clock.ts';

test('its monotonic time moves on in fractions of a millisecond', () => {
  const before = systemClock.monotonic();
  let after = before;
  while (after === before) after = systemClock.monotonic();
  expect(after).toBeGreaterThan(before);
  expect(after - before).toBeLessThan(1_000);
});

test('a timer runs in time, and not when it is cancelled', async () => {
  const ran: string[] = [];
  systemClock.setTimeout(() => ran.push('cancelled'), 1).cancel();
  await new Promise<void>((resolve) => {
    systemClock.setTimeout(() => {
      ran.push('ran');
      resolve();
    }, 5);
  });
  expect(ran).toEqual(['ran']);
});

test('a delay beyond 32 bits does not fire at once', async () => {
  let isRun = false;
  const timer = systemClock.setTimeout(
    () => {
      isRun = true;
    },
    2 ** 31 + 5,
  );
  await new Promise<void>((resolve) => void systemClock.setTimeout(resolve, 20));
  timer.cancel();
  expect(isRun).toBe(false);
});

test('a timer does not keep the process alive', () => {
  const alive = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = alive();
  const timer = systemClock.setTimeout(() => {}, 60_000);
  expect(alive()).toBe(before);
  timer.cancel();
});

test('a timer keeps the process alive where it is asked to', () => {
  const alive = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = alive();
  const timer = systemClock.setTimeout(() => {}, 60_000, { keepsAlive: true });
  expect(alive()).toBe(before + 1);
  timer.cancel();
});
