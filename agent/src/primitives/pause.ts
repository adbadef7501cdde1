import type { Clock } from '@holdfast/shared';
import { follow, unfollow } from './follow.ts';

/** Waits, and no longer once `signal` aborts: then it rejects with its reason. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.setTimeout(
      () => {
        unfollow(signal, giveUp);
        resolve();
      },
      delayMs,
      { keepsAlive: true },
    );
    if (signal.aborted) giveUp();
    else follow(signal, giveUp);
  });
}
