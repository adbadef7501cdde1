import { countIndex } from '@holdfast/shared';
import { noteError } from '../../classification/error-log.ts';
import { hasCode } from '../../errors.ts';
import type { Runtime } from '../../runtime.ts';
import { outcomeOf } from '../failure.ts';
import { follow, unfollow } from '../follow.ts';
import type { Member } from './member.ts';
import type { Pool } from './pool.ts';

export interface Visit<E extends string | object, T> {
  readonly runtime: Runtime;
  readonly pool: Pool<E>;
  /** Where the call goes; taken from the pool, and given back when the call ends. */
  readonly member: Member<E>;
  readonly run: () => T | PromiseLike<T>;
  readonly signal: AbortSignal | undefined;
  readonly operation: string | undefined;
}

/**
 * Makes one call of an endpoint and takes in how it ended. It ends at the latest when the signal aborts; what
 * is answered after that is late and reaches nobody.
 */
export function visit<E extends string | object, T>(call: Visit<E, T>): Promise<T> {
  const { runtime, pool, member, signal } = call;
  const startedMs = runtime.clock.monotonic();
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (): void => {
      isOver = true;
      if (signal !== undefined) unfollow(signal, onAbort);
      pool.giveBack(member);
      pool.meter.time(runtime.clock.monotonic() - startedMs);
    };
    const onAbort = (): void => {
      end();
      noteAbort(call, signal?.reason, startedMs);
      reject(signal?.reason);
    };
    const onError = (error: unknown): void => {
      if (isOver) return;
      end();
      noteFailure(call, error, startedMs);
      reject(error);
    };
    const onValue = (value: T): void => {
      if (isOver) return pool.meter.count(countIndex.late);
      end();
      pool.meter.count(countIndex.success);
      member.hasErred = false;
      pool.rotation.record(member, true);
      resolve(value);
    };
    if (signal !== undefined) follow(signal, onAbort);
    try {
      Promise.resolve(call.run()).then(onValue, onError);
    } catch (error) {
      onError(error);
    }
  });
}

function noteAbort<E extends string | object, T>(call: Visit<E, T>, reason: unknown, sinceMs: number): void {
  // A layer further out that timed out is no caller who gave up: the endpoint was too slow for it.
  if (hasCode(reason, 'HOLDFAST_TIMED_OUT')) return noteFailure(call, reason, sinceMs);
  call.pool.meter.count(countIndex.cancelled);
  call.pool.meter.count(countIndex.class_cancelled);
}

/** An error that says nothing bad about the endpoint, such as a mistake of the caller, is an answer. */
function noteFailure<E extends string | object, T>(call: Visit<E, T>, error: unknown, sinceMs: number): void {
  const { runtime, pool, member, operation } = call;
  const { meter, rotation } = pool;
  const classification = runtime.classifier.classify(error);
  const outcome = outcomeOf({ error, classification });
  noteError(runtime, { meter, error, classification, operation, sinceMs });
  meter.count(countIndex[outcome === 'rejected' ? 'ignored' : outcome]);
  if (outcome === 'cancelled') return;
  member.hasErred = true;
  if (outcome !== 'rejected') rotation.record(member, !classification.countsForBreaker);
}
