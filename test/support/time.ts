import { setTimeout as wait } from 'node:timers/promises';

/** The tests' only door to real time; what can be handed a clock is handed one instead. */
export const realTime = {
  /** Milliseconds that never run backwards. */
  monotonic: (): number => performance.now(),
  sleep: (delayMs: number): Promise<void> => wait(delayMs),
  /** Lets what is due now run: promises, sockets that have data. */
  turn: (): Promise<void> => new Promise((resolve) => setImmediate(resolve)),
};
