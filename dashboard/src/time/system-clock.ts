import type { Clock, Random } from '@holdfast/shared';

/** The browser's own time; the one file of the dashboard that asks for it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(run, delayMs) {
    const id = window.setTimeout(run, delayMs);
    return { cancel: () => window.clearTimeout(id) };
  },
};

export const systemRandom: Random = () => Math.random();
