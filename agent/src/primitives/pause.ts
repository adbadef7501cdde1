import type { Clock } from '@holdfast/shared';

/** Waits, and no longer once `signal` aborts: then it rejects with its reason. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.setTimeout(
      () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      },
      delayMs,
      { keepsAlive: true },
    );
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}
