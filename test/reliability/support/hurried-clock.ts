import type { Clock } from '@holdfast/shared';
import { systemClock } from '../../../collector/src/time/system-clock.ts';

/** A clock that runs so many times faster than the real one, for those who wait for heartbeats. */
export function hurriedClock(times: number): Clock {
  const beganAt = systemClock.now();
  const beganMs = systemClock.monotonic();
  const monotonic = (): number => (systemClock.monotonic() - beganMs) * times;
  return {
    monotonic,
    now: () => Math.floor(beganAt + monotonic()),
    setTimeout: (run, delayMs) => systemClock.setTimeout(run, delayMs / times),
  };
}
