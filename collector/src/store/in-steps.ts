import type { Clock } from '@holdfast/shared';
import type { Queue } from './database.ts';

/** What waits behind a step waits about this long for it. */
const targetMs = 10;
const fewest = 16;
const most = 2_048;

/** What the steps are timed by, and what ends them with the one that is under way. */
export interface Pace {
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/**
 * Does a piece of work over many rows through the writer's queue, in steps that each take some 10 ms,
 * whatever a row costs here and now: `step` is told how many rows it may take, and returns how many it took.
 * Ends with a step that took fewer, or once told to.
 */
export async function inSteps(
  queue: Queue,
  { clock, signal }: Pace,
  step: (rows: number) => Promise<number>,
): Promise<void> {
  for (let rows = 4 * fewest; signal?.aborted !== true; ) {
    const { done, tookMs } = await queue.run(async () => {
      const beganAt = clock.monotonic(); // what waits in line before a step is no part of it
      return { done: await step(rows), tookMs: clock.monotonic() - beganAt };
    });
    if (done < rows) return;
    if (tookMs > targetMs) rows = Math.max(fewest, Math.floor(rows / 2));
    else if (tookMs < targetMs / 2) rows = Math.min(most, rows * 2);
  }
}
