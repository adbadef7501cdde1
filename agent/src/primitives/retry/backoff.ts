import type { Random } from '@holdfast/shared';
import { type Check, number, objectOf, oneOf, withDefault } from '../../options/checks.ts';

/** How long to wait before each retry. */
export interface BackoffSpec {
  /** The same each time, one `baseMs` more each time, or twice as long each time. Default `exponential`. */
  readonly kind?: 'constant' | 'linear' | 'exponential';
  /** The first wait. Default 100. */
  readonly baseMs?: number;
  /** The longest wait, also where the other side asks for more. Default 10 000. */
  readonly capMs?: number;
  /**
   * How much chance there is in it, so that callers who failed together do not come back together. `none`;
   * `full`: anything up to the wait; `equal`: half of it is fixed; `decorrelated`: anything up to three times
   * the wait before. Default `full`.
   */
  readonly jitter?: 'none' | 'full' | 'equal' | 'decorrelated';
}

/** Milliseconds to wait before the retry of that number, 1 being the first. */
export type BackoffFunction = (retry: number, error: unknown) => number;

export interface Wait {
  readonly retry: number;
  readonly error: unknown;
  /** The wait before this one; 0 for the first. */
  readonly previousMs: number;
}

export interface Backoff {
  readonly capMs: number;
  waitMs(wait: Wait, random: Random): number;
}

export type BackoffSettings = Required<BackoffSpec>;

export const readBackoff: Check<BackoffSettings> = objectOf({
  kind: withDefault('exponential', oneOf(['constant', 'linear', 'exponential'])),
  baseMs: withDefault(100, number()),
  capMs: withDefault(10_000, number()),
  jitter: withDefault('full', oneOf(['none', 'full', 'equal', 'decorrelated'])),
});

export function createBackoff(settings: BackoffSettings): Backoff {
  const { kind, baseMs, capMs, jitter } = settings;
  return {
    capMs,
    waitMs({ retry, previousMs }, random) {
      const factor = kind === 'constant' ? 1 : kind === 'linear' ? retry : 2 ** (retry - 1);
      const ceilingMs = Math.min(capMs, baseMs * factor);
      switch (jitter) {
        case 'none':
          return ceilingMs;
        case 'full':
          return random() * ceilingMs;
        case 'equal':
          return ceilingMs / 2 + (random() * ceilingMs) / 2;
        case 'decorrelated':
          return Math.min(capMs, baseMs + random() * (Math.max(baseMs, previousMs) * 3 - baseMs));
      }
    },
  };
}
