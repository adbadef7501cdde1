import { countIndex } from '@holdfast/shared';
import { hasCode } from '../../errors.ts';
import { type Guarded, isEchoOf, Scope } from '../call.ts';
import { follow, unfollow } from '../follow.ts';
import type { BreakerGate, Passage } from './gate.ts';
import type { Phase } from './phase.ts';

/**
 * One call through a breaker that stands alone, whose caller may give up: then it ends at once, and what the
 * function answers after that is late and reaches nobody.
 */
export function passHeeding(
  gate: BreakerGate,
  {
    phase,
    fn,
    signal,
  }: { readonly phase: Phase; readonly fn: Guarded<unknown>; readonly signal: AbortSignal },
): Promise<unknown> {
  const { clock, classifier } = gate.runtime;
  const passage: Passage = { phase, startedMs: clock.monotonic() };
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (): void => {
      isOver = true;
      unfollow(signal, onAbort);
    };
    const fail = (error: unknown): void =>
      gate.fail(passage, clock.monotonic(), { error, classification: classifier.classify(error) });
    const onAbort = (): void => {
      const reason: unknown = signal.reason;
      end();
      // A layer further out that timed out is no caller who gave up: the dependency was too slow for it.
      if (hasCode(reason, 'HOLDFAST_TIMED_OUT')) fail(reason);
      else gate.cancel(passage, clock.monotonic());
      reject(reason);
    };
    const onValue = (value: unknown): void => {
      if (isOver) return gate.meter.count(countIndex.late);
      end();
      gate.succeed(passage, clock.monotonic(), value);
      resolve(value);
    };
    const onError = (error: unknown): void => {
      if (isOver) {
        const isEcho = isEchoOf(signal.reason, error) || classifier.classify(error).class === 'cancelled';
        if (!isEcho) gate.meter.count(countIndex.late);
        return;
      }
      end();
      fail(error);
      reject(error);
    };
    follow(signal, onAbort);
    try {
      Promise.resolve(fn(new Scope(1, signal))).then(onValue, onError);
    } catch (error) {
      onError(error);
    }
  });
}
