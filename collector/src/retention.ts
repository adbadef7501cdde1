import type { Clock, TimerHandle } from '@holdfast/shared';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';
import type { EventStore } from './store/event-store.ts';

export interface RetentionOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly retentionMs: number;
  readonly secondsRetentionMs: number;
  readonly hoursRetentionMs: number;
}

const firstAfterMs = 60_000;
const everyMs = 3_600_000;
/** Who changed what is asked for long after the calls are forgotten. */
const auditRetentionMs = 366 * 86_400_000;

/**
 * Adds up the hours that are over and removes what is too old, once an hour. Returns the function that stops
 * it, which resolves once nothing runs.
 */
export function startRetention(options: RetentionOptions): () => Promise<void> {
  const { store, clock, log, retentionMs, secondsRetentionMs, hoursRetentionMs } = options;
  let running: Promise<void> = Promise.resolve();
  let timer: TimerHandle;
  schedule(firstAfterMs);
  store.onFull(() => {
    timer.cancel();
    schedule(0);
  });

  function schedule(delayMs: number): void {
    timer = clock.setTimeout(() => {
      running = expire();
      schedule(everyMs);
    }, delayMs);
  }

  async function expire(): Promise<void> {
    const now = clock.now();
    const past = now - retentionMs;
    const audit = Math.min(now - auditRetentionMs, past);
    const seconds = now - secondsRetentionMs;
    const hours = now - hoursRetentionMs;
    try {
      await store.compact(now);
      await store.expire({ log: past, minutes: past, seconds, hours, audit });
    } catch (error) {
      log('error', `what is too old could not be removed: ${messageOf(error)}`);
    }
  }

  return () => {
    timer.cancel();
    return running;
  };
}
