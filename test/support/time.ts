import { setTimeout as wait } from 'node:timers/promises';

/** The tests' only door to real time; what can be handed a clock is handed one instead. */
export const realTime = {
  /** Milliseconds that never run backwards. */
  monotonic: (): number => performance.now(),
  sleep: (delayMs: number): Promise<void> => wait(delayMs),
};
