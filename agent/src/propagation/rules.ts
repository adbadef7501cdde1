import { type ErrorClass, errorClasses, nearest, type Severity, severities } from '@holdfast/shared';
import type { Classification } from '../classification/classifier.ts';
import { isObject, nameOf } from '../classification/facts.ts';
import {
  type Check,
  func,
  listOf,
  mustBe,
  name,
  number,
  objectOf,
  oneOf,
  optional,
  readOptions,
  text,
} from '../options/checks.ts';

/** An error, what the classifier said of it, and where it happened. */
export interface FailedCall {
  readonly error: unknown;
  readonly classification: Classification;
  readonly dependency?: string | undefined;
  readonly operation?: string | undefined;
  readonly pipeline?: string | undefined;
}

/** One value or several of which one must fit. A `*` at the end stands for anything. */
export type OneOrMany<T extends string = string> = T | readonly T[];

/** What must hold: all that is given, and at least one fact. */
export interface PropagationMatch {
  readonly class?: OneOrMany<ErrorClass>;
  readonly severity?: OneOrMany<Severity>;
  /** The code that the classifier found, such as `ECONNRESET`, `HTTP_503` or `40001`. */
  readonly code?: OneOrMany;
  /** The `name` of the thrown error. */
  readonly name?: OneOrMany;
  readonly dependency?: OneOrMany;
  readonly operation?: OneOrMany;
  readonly pipeline?: OneOrMany;
}

export const plainActions = ['retry', 'fallback', 'trip', 'propagate', 'ignore', 'report'] as const;

/** Degrades a flag until no such error has come for `forMs`, 60 000 by default. */
export interface DegradeAction {
  readonly degrade: string;
  readonly forMs?: number;
}

/**
 * `retry` tries again, also where the call is not known to be idempotent: whoever writes the rule knows.
 * `fallback` lets the fallback answer. `propagate` hands the error to the caller past the fallback. `trip`
 * opens the breaker at once. `ignore` keeps the error from the breaker. `report` sends it as a sample.
 */
export type PropagationAction = (typeof plainActions)[number] | DegradeAction;

/** What to do about an error. Rules are asked in their order; the first that matches decides alone. */
export interface PropagationRule {
  /** For people. Default: the rule's number. */
  readonly name?: string;
  /** Facts, or a question; a question that throws does not match. */
  readonly match: PropagationMatch | ((failed: FailedCall) => boolean);
  /** At least one. What no action asks for is not done. */
  readonly actions: readonly PropagationAction[];
}

/** Whether a rule speaks of this failure. Throws what its question throws. */
export function matchesFailure({ match }: PropagationRule, failed: FailedCall): boolean {
  if (typeof match === 'function') return match(failed);
  const { classification, error, dependency, operation, pipeline } = failed;
  return (
    fits(match.class, classification.class) &&
    fits(match.severity, classification.severity) &&
    fits(match.code, classification.code) &&
    fits(match.dependency, dependency) &&
    fits(match.operation, operation) &&
    fits(match.pipeline, pipeline) &&
    (match.name === undefined || fits(match.name, isObject(error) ? nameOf(error) : undefined))
  );
}

function fits(wanted: OneOrMany | undefined, fact: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (fact === undefined) return false;
  return typeof wanted === 'string' ? fitsOne(wanted, fact) : wanted.some((one) => fitsOne(one, fact));
}

function fitsOne(wanted: string, fact: string): boolean {
  return wanted.endsWith('*') ? fact.startsWith(wanted.slice(0, -1)) : wanted === fact;
}

function oneOrMany<T extends string>(check: Check<T>): Check<OneOrMany<T> | undefined> {
  const checkAll = listOf(check, 100);
  return optional((value, place) => (Array.isArray(value) ? checkAll(value, place) : check(value, place)));
}

const readMatch: Check<PropagationRule['match']> = (match, place) => {
  if (typeof match === 'function') return func<(failed: FailedCall) => boolean>()(match, place);
  const facts = readOptions(matchChecks, match, place);
  if (Object.keys(facts).length > 0) return facts;
  throw new TypeError(`\`${place}\` must name at least one of ${Object.keys(matchChecks).join(', ')}`);
};

const pattern = oneOrMany(text(256));
const matchChecks = {
  class: oneOrMany(oneOf(errorClasses)),
  severity: oneOrMany(oneOf(severities)),
  code: pattern,
  name: pattern,
  dependency: pattern,
  operation: pattern,
  pipeline: pattern,
};

const readDegrade = objectOf({ degrade: name, forMs: optional(number({ min: 1 })) });

const readAction: Check<PropagationAction> = (action, place) => {
  if (typeof action === 'object') return readDegrade(action, place);
  const known = plainActions.find((candidate) => candidate === action);
  if (known !== undefined) return known;
  const meant = typeof action === 'string' ? nearest(action, plainActions) : undefined;
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  throw new RangeError(mustBe(place, `one of ${plainActions.join(', ')}, { degrade }`, action) + hint);
};

const readActions: Check<readonly PropagationAction[]> = (value, place) => {
  const actions = listOf(readAction, 16)(value, place);
  if (actions.length === 0) throw new RangeError(`\`${place}\` must hold at least one action`);
  for (const [one, other] of contradictions) {
    if (actions.includes(one) && actions.includes(other))
      throw new RangeError(`\`${place}\` must not hold both ${one} and ${other}`);
  }
  return actions;
};

const contradictions = [
  ['fallback', 'propagate'],
  ['trip', 'ignore'],
] as const;

/** Throws a `TypeError` or `RangeError` that names the rule and the field, unless these are rules. */
export const readPropagationRules: Check<PropagationRule[]> = listOf(
  objectOf({ name: optional(text(128)), match: readMatch, actions: readActions }),
  1_000,
);
