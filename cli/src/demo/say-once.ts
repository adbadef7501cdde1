import type { Clock } from '@holdfast/shared';

const maxRemembered = 100;

/**
 * Passes a line on unless it was passed on less than `quietMs` ago: a complaint that repeats hides the story.
 */
export function sayOnce(say: (line: string) => void, clock: Clock, quietMs: number): (line: string) => void {
  const saidAt = new Map<string, number>();
  return (line) => {
    const now = clock.monotonic();
    const last = saidAt.get(line);
    if (last !== undefined && now - last < quietMs) return;
    saidAt.delete(line); // so that the newest stand last
    saidAt.set(line, now);
    const [oldest] = saidAt.keys();
    if (saidAt.size > maxRemembered && oldest !== undefined) saidAt.delete(oldest);
    say(line);
  };
}
