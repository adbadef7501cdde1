import { type CallOutcome, countIndex } from '@holdfast/shared';
import type { Classification } from '../classification/classifier.ts';
import { noteError } from '../classification/error-log.ts';
import { hasCode } from '../errors.ts';
import type { Plan } from '../propagation/plan.ts';
import type { Runtime } from '../runtime.ts';
import type { Meter } from '../telemetry/meter.ts';

/** An error with what the classifier said of it. */
export interface Failure {
  readonly error: unknown;
  readonly classification: Classification;
  /** What the propagation rules say of it. Only pipelines ask them. */
  readonly plan?: Plan | undefined;
  /** What the caller said that the call does. */
  readonly operation?: string | undefined;
}

/** The column in which a call is counted that ended with this error. */
export function outcomeOf({ error, classification }: Failure): CallOutcome {
  if (classification.class === 'rejected' || classification.class === 'cancelled')
    return classification.class;
  return hasCode(error, 'HOLDFAST_TIMED_OUT') ? 'timeout' : 'failure';
}

/** Whether the other side took a call and answered it, be it that the mistake was the caller's own. */
export function wasAnswered(outcome: number, lastFailure: Failure | undefined): boolean {
  if (outcome === countIndex.success) return true;
  return outcome === countIndex.failure && lastFailure?.classification.class === 'caller';
}

/**
 * Counts and reports a failure for the resource that saw it. `sinceMs` is when the call began that ended with
 * it, monotonic.
 */
export function noteFailure(
  { runtime, meter }: { readonly runtime: Runtime; readonly meter: Meter },
  failure: Failure,
  sinceMs: number,
): void {
  const { error, classification, plan, operation } = failure;
  noteError(runtime, { meter, error, classification, operation, report: plan?.report, sinceMs });
}
