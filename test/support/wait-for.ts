import { realTime } from './time.ts';

export interface WaitOptions {
  /** What is waited for, as the error says it: "the breaker to open". */
  readonly what: string;
  /** Default 10 s. */
  readonly withinMs?: number;
  /** Default 25 ms. */
  readonly everyMs?: number;
}

type Answer<T> = T | undefined | null | false;

/**
 * Asks until the answer is neither `undefined`, `null` nor `false`, and gives it back. A condition that
 * throws has not held yet; its last error is the cause of the one that this throws when time is up.
 */
export async function waitFor<T>(
  condition: () => Answer<T> | Promise<Answer<T>>,
  { what, withinMs = 10_000, everyMs = 25 }: WaitOptions,
): Promise<T> {
  const deadline = realTime.monotonic() + withinMs;
  let lastError: unknown;
  do {
    try {
      const answer = await condition();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await realTime.sleep(everyMs);
  } while (realTime.monotonic() < deadline);
  throw new Error(`waited ${withinMs} ms for ${what}`, { cause: lastError });
}
