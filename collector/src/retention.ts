import { type Clock, formatDuration, type TimerHandle } from '@holdfast/shared';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';
import type { Cutoffs, EventStore } from './store/event-store.ts';

export interface RetentionOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly retentionMs: number;
  readonly secondsRetentionMs: number;
  readonly hoursRetentionMs: number;
  /** What the data may take. */
  readonly maxBytes: number;
}

const firstAfterMs = 60_000;
const everyMs = 3_600_000;
/** Where the size is bounded it is looked at more often. */
const sizeEveryMs = 300_000;
/** However small the bound: what an operator looks at now is kept. */
const floorMs = 3_600_000;
/** How much less is kept with each step, until it fits. */
const shorter = 0.9;
/** Who changed what is asked for long after the calls are forgotten. */
const auditRetentionMs = 366 * 86_400_000;

/**
 * Adds up the hours that are over and removes what is too old, once an hour. Returns the function that stops
 * it, which resolves once nothing runs.
 */
export function startRetention(options: RetentionOptions): () => Promise<void> {
  const { store, clock, log, maxBytes } = options;
  const ending = new AbortController();
  const { signal } = ending;
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
      schedule(Number.isFinite(maxBytes) ? sizeEveryMs : everyMs);
    }, delayMs);
  }

  async function expire(): Promise<void> {
    try {
      await store.compact(clock.now(), signal);
      await store.expire(cutoffsOf(options, options), signal);
      await shrink(options, signal);
    } catch (error) {
      log('error', `what is too old could not be removed: ${messageOf(error)}`);
    }
  }

  return () => {
    timer.cancel();
    ending.abort();
    return running;
  };
}

/** How long what is kept. */
type Kept = Pick<RetentionOptions, 'retentionMs' | 'secondsRetentionMs'>;

function cutoffsOf(
  { clock, hoursRetentionMs }: RetentionOptions,
  { retentionMs, secondsRetentionMs }: Kept,
): Cutoffs {
  const now = clock.now();
  const past = now - retentionMs;
  return {
    log: past,
    minutes: past,
    seconds: now - secondsRetentionMs,
    hours: now - hoursRetentionMs,
    audit: Math.min(now - auditRetentionMs, past),
  };
}

/** Keeps less until it fits: of the seconds first, then of the log, minutes and events. */
async function shrink(options: RetentionOptions, signal: AbortSignal): Promise<void> {
  const { store, log, maxBytes } = options;
  let kept: Kept = options;
  let bytes = await store.usedBytes();
  while (bytes > maxBytes && !signal.aborted) {
    const next = shorterThan(kept);
    if (next === undefined) break;
    kept = next;
    await store.expire(cutoffsOf(options, kept), signal);
    bytes = await store.usedBytes();
  }
  if (kept === options || signal.aborted) return;
  const { retentionMs, secondsRetentionMs } = kept;
  const what = `seconds of ${formatDuration(secondsRetentionMs)} and a log of ${formatDuration(retentionMs)}`;
  const fits = bytes <= maxBytes ? 'fit' : 'are kept, which is the least, and do not fit';
  log(bytes <= maxBytes ? 'info' : 'warning', `${what} ${fits} into --max-size`);
}

function shorterThan({ retentionMs, secondsRetentionMs }: Kept): Kept | undefined {
  if (secondsRetentionMs > floorMs) {
    return { retentionMs, secondsRetentionMs: Math.max(floorMs, secondsRetentionMs * shorter) };
  }
  if (retentionMs <= floorMs) return undefined;
  return { secondsRetentionMs, retentionMs: Math.max(floorMs, retentionMs * shorter) };
}
