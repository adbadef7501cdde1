import type { Clock } from '@holdfast/shared';
import type { HealthAnswer } from '../health/probe.ts';
import { type Check, number, withDefault } from '../options/checks.ts';
import { systemClock } from '../time/system-clock.ts';
import { inOrder, judge } from './judge.ts';

export interface TimeLimits {
  /** An answer that takes longer is `degraded`. Default 500. */
  readonly degradedAboveMs?: number;
  /** An answer that takes longer is `down`. Default 2000, which is also when a health check gives up. */
  readonly downAboveMs?: number;
  /** What measures. Default: the real time. */
  readonly clock?: Clock;
}

export const timeChecks: { readonly [K in keyof Required<TimeLimits>]: Check<Required<TimeLimits>[K]> } = {
  degradedAboveMs: withDefault(500, number()),
  downAboveMs: withDefault(2_000, number()),
  clock: withDefault<Clock>(systemClock, (value) => value as Clock), // a test's; its methods show soon enough
};

/** Asks something else, and judges how it answered and how long it took. Throws for limits out of order. */
export function timed(
  { degradedAboveMs: degraded, downAboveMs: down, clock }: Required<TimeLimits>,
  ask: (signal: AbortSignal) => Promise<HealthAnswer | void>,
): (call: { readonly signal: AbortSignal }) => Promise<HealthAnswer> {
  inOrder({ degraded, down }, { degraded: 'degradedAboveMs', down: 'downAboveMs' });
  return async ({ signal }) => {
    const startedMs = clock.monotonic();
    const answer = (await ask(signal)) ?? 'up';
    const tookMs = Math.round(clock.monotonic() - startedMs);
    return answer === 'up' ? judge(tookMs, { degraded, down }, `answered in ${tookMs} ms`) : answer;
  };
}

/** The same promise, but for an abort: not all that Node does can be cancelled. */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
