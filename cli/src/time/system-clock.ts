import type { Clock, Random } from '@holdfast/shared';

/**
 * The real clock. Its timers keep the process alive, unlike those of an agent: a command that waits to try
 * again has nothing else that would.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(run, delayMs) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

export const systemRandom: Random = () => Math.random();
