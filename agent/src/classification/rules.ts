import { type ErrorClass, errorClasses, type Severity, severities } from '@holdfast/shared';
import {
  boolean,
  type Check,
  func,
  listOf,
  number,
  objectOf,
  oneOf,
  optional,
  readOptions,
  text,
} from '../options/checks.ts';
import type { Classification } from './classifier.ts';
import { nameOf, read, statusOf } from './facts.ts';

/** What the host knows better of an error. Rules are asked in their order, before everything else. */
export interface ClassificationRule {
  /**
   * A question about the thrown error, or facts that it or one of its causes must have: all that are given.
   * A question that throws does not match.
   */
  readonly match:
    | ((error: unknown) => boolean)
    | { readonly code?: string | number; readonly name?: string; readonly status?: number };
  readonly class: ErrorClass;
  /** Default: what the class usually means. The same holds for the next two. */
  readonly severity?: Severity;
  readonly retry?: Classification['retry'];
  readonly countsForBreaker?: boolean;
  /** Where the error itself does not say it. */
  readonly retryAfterMs?: number;
  /** The reason, for people. Default: the rule's number. */
  readonly why?: string;
}

/** Whether a rule speaks of this error. `links` is the error with its causes. */
export function matches(rule: ClassificationRule, error: unknown, links: readonly object[]): boolean {
  const { match } = rule;
  if (typeof match === 'function') return match(error);
  return links.some(
    (link) =>
      (match.code === undefined || match.code === read(link, 'code')) &&
      (match.name === undefined || match.name === nameOf(link)) &&
      (match.status === undefined || match.status === statusOf(link)),
  );
}

const readMatch: Check<ClassificationRule['match']> = (match, place) => {
  if (typeof match === 'function') return func<(error: unknown) => boolean>()(match, place);
  const facts = readOptions(
    { code: optional(readCode), name: optional(text(256)), status: optional(number()) },
    match,
    place,
  );
  if (Object.keys(facts).length > 0) return facts;
  throw new TypeError(`\`${place}\` must name a code, a name or a status`);
};

const readCode: Check<string | number> = (code, place) =>
  typeof code === 'number' ? number(anyCode)(code, place) : text(256)(code, place);

const anyCode = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };

/** Throws a `TypeError` or `RangeError` unless these are rules. */
export const readRules: Check<ClassificationRule[]> = listOf(
  objectOf({
    match: readMatch,
    class: oneOf(errorClasses),
    severity: optional(oneOf(severities)),
    retry: optional(oneOf(['safe', 'if_idempotent', 'never'])),
    countsForBreaker: optional(boolean),
    retryAfterMs: optional(number()),
    why: optional(text(1_024)),
  }),
  1_000,
);
