import type { Clock } from '@holdfast/shared';

/** The real clock. The server's sockets keep the process alive, so its timers need not. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(run, delayMs) {
    const timer = setTimeout(run, Math.min(delayMs, longestTimerMs)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Node runs a longer timer at once. Whoever waits longer looks at the clock again when it fires. */
const longestTimerMs = 2 ** 31 - 1;
