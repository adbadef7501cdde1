import type { Random } from '@holdfast/shared';

/**
 * How long to wait before the next attempt: full jitter, U(0, min(30 s, 0.5 s · 2^failures)), so that a crowd
 * of agents does not return to a restarted collector all at once.
 */
export function reconnectDelayMs(failures: number, random: Random): number {
  return random() * Math.min(capMs, baseMs * 2 ** failures);
}

const baseMs = 500;
const capMs = 30_000;

/** After so many failures the waiting time no longer grows. */
export const failuresForCap = 6;
