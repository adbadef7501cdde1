import type { Clock, TimerHandle } from '@holdfast/shared';

/** Tells everyone who listens that time has passed. It runs only while somebody listens. */
export interface Ticker {
  subscribe(listener: () => void): () => void;
}

/** One timer for all counting numbers on the page, so that they change together. */
export function createTicker(clock: Clock, everyMs: number): Ticker {
  const listeners = new Set<() => void>();
  let timer: TimerHandle | undefined;

  function tick(): void {
    timer = clock.setTimeout(tick, everyMs);
    for (const listener of listeners) listener();
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      timer ??= clock.setTimeout(tick, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        timer?.cancel();
        timer = undefined;
      };
    },
  };
}
