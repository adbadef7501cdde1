import type { ErrorClass, Severity } from '@holdfast/shared';
import type { Classification } from './classifier.ts';

/** What a table says of an error that it knows. */
export type Verdict = Pick<Classification, 'class' | 'severity' | 'retry' | 'countsForBreaker' | 'isMistake'>;

const severities: Readonly<Partial<Record<ErrorClass, Severity>>> = {
  partial_outage: 'medium',
  critical: 'high',
  throttled: 'medium',
  unknown: 'medium',
};

/** What a class means where nobody says more: what a declared error or a rule without details gets. */
export const classDefaults: Readonly<Record<ErrorClass, Verdict>> = {
  transient: verdictOf('transient', 'if_idempotent', true),
  // A part is down: answering without it helps more than asking it again.
  partial_outage: verdictOf('partial_outage', 'never', true),
  critical: verdictOf('critical', 'never', true),
  throttled: verdictOf('throttled', 'safe', false),
  caller: verdictOf('caller', 'never', false),
  cancelled: verdictOf('cancelled', 'never', false),
  rejected: verdictOf('rejected', 'never', false),
  unknown: verdictOf('unknown', 'never', true),
};

/** The other side is down or overloaded, and has processed nothing. */
export const refused: Verdict = verdictOf('partial_outage', 'safe', true);
/** The other side is down or overloaded, and nobody knows how far it came. */
export const outage: Verdict = verdictOf('partial_outage', 'if_idempotent', true);
/** A connection or an answer was lost on the way. */
export const passing: Verdict = classDefaults.transient;
/** The same, and nothing was processed. */
export const unsent: Verdict = verdictOf('transient', 'safe', true);
/** Nothing was processed, and the other side is well: a deadlock, a wrong connection. */
export const again: Verdict = verdictOf('transient', 'safe', false);
/** Passes, but not by another call: a client has it in hand already, or its clock is wrong. */
export const inHand: Verdict = verdictOf('transient', 'never', false);
export const throttled: Verdict = classDefaults.throttled;
/** Throttled, or asked for too much: only the other side knows when another call helps. */
export const exhausted: Verdict = verdictOf('throttled', 'never', false);
/** Something at the other side is broken that no waiting mends, or data is at risk. */
export const broken: Verdict = classDefaults.critical;
/** Set up wrongly, used wrongly, or of unknown outcome: no breaker helps, and no dependency is to blame. */
export const ours: Verdict = verdictOf('critical', 'never', false);
/** Our own side ran out of something. */
export const spent: Verdict = verdictOf('critical', 'safe', false);
export const caller: Verdict = classDefaults.caller;
export const cancelled: Verdict = classDefaults.cancelled;
export const rejected: Verdict = classDefaults.rejected;
export const mistake: Verdict = { ...classDefaults.critical, isMistake: true };

function verdictOf(errorClass: ErrorClass, retry: Verdict['retry'], countsForBreaker: boolean): Verdict {
  return { class: errorClass, severity: severities[errorClass] ?? 'low', retry, countsForBreaker };
}
