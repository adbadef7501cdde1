import type { CallOutcome } from '@holdfast/shared';
import type { Classification } from '../classification/classifier.ts';
import { hasCode } from '../errors.ts';

/** An error with what the classifier said of it. */
export interface Failure {
  readonly error: unknown;
  readonly classification: Classification;
}

/** The column in which a call is counted that ended with this error. */
export function outcomeOf({ error, classification }: Failure): CallOutcome {
  if (classification.class === 'rejected' || classification.class === 'cancelled')
    return classification.class;
  return hasCode(error, 'HOLDFAST_TIMED_OUT') ? 'timeout' : 'failure';
}
