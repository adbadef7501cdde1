import type { ErrorClass, Random } from '@holdfast/shared';
import { type Check, number, objectOf, oneOf, optional, withDefault } from '../../options/checks.ts';

/** How long to wait before each retry. */
export interface BackoffSpec {
  /**
   * The same each time, one `baseMs` more each time, twice as long each time, or anything from `baseMs` to
   * three times the wait before, whatever `jitter` says. Default `exponential`.
   */
  readonly kind?: 'constant' | 'linear' | 'exponential' | 'decorrelated';
  /** The first wait. Default 100. */
  readonly baseMs?: number;
  /**
   * The first wait after errors of a class, instead of `baseMs`. Default: 1000 for `throttled`, or `baseMs`
   * where that is longer; the 1000 are those of the AWS SDKs.
   */
  readonly classBaseMs?: ClassBases;
  /** The longest wait. Default 10 000. */
  readonly capMs?: number;
  /**
   * How much chance there is in it, so that callers who failed together do not come back together. `none`;
   * `full`: anything up to the wait; `equal`: half of it is fixed; `decorrelated`: as the kind of that name.
   * Default `full`. The formulas are those of "Exponential Backoff and Jitter" in the AWS Architecture Blog.
   */
  readonly jitter?: 'none' | 'full' | 'equal' | 'decorrelated';
}

export type ClassBases = { readonly [C in Exclude<ErrorClass, 'cancelled'>]?: number };

/** Milliseconds to wait before the retry of that number, 1 being the first. */
export type BackoffFunction = (retry: number, error: unknown) => number;

export interface Wait {
  readonly retry: number;
  readonly error: unknown;
  readonly errorClass?: ErrorClass;
  /** The wait before this one; 0 for the first. */
  readonly previousMs: number;
}

export interface Backoff {
  waitMs(wait: Wait, random: Random): number;
}

export type BackoffSettings = Required<Omit<BackoffSpec, 'classBaseMs'>> & Pick<BackoffSpec, 'classBaseMs'>;

const base = optional(number());
const readClassBases: Check<ClassBases> = objectOf({
  transient: base,
  partial_outage: base,
  critical: base,
  throttled: base,
  caller: base,
  rejected: base,
  unknown: base,
} satisfies Record<keyof ClassBases, Check<number | undefined>>);

export const readBackoff: Check<BackoffSettings> = objectOf({
  kind: withDefault('exponential', oneOf(['constant', 'linear', 'exponential', 'decorrelated'])),
  baseMs: withDefault(100, number()),
  classBaseMs: optional(readClassBases),
  capMs: withDefault(10_000, number()),
  jitter: withDefault('full', oneOf(['none', 'full', 'equal', 'decorrelated'])),
});

export function createBackoff({ kind, capMs, ...settings }: BackoffSettings): Backoff {
  const jitter = kind === 'decorrelated' ? kind : settings.jitter;
  const bases: { readonly [C in ErrorClass]?: number } = {
    throttled: Math.max(throttledBaseMs, settings.baseMs),
    ...settings.classBaseMs,
  };
  return {
    waitMs({ retry, errorClass = 'unknown', previousMs }, random) {
      const baseMs = bases[errorClass] ?? settings.baseMs;
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

const throttledBaseMs = 1_000;
