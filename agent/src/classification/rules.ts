import { type ErrorClass, errorClasses, type Severity, severities, show } from '@holdfast/shared';
import { OptionReader } from '../options/option-reader.ts';
import type { Classification } from './classifier.ts';
import { codeOf, nameOf, statusOf } from './facts.ts';
import { classDefaults } from './tables.ts';

/** What the host knows better of an error. Rules are asked in their order, before everything else. */
export interface ClassificationRule {
  /**
   * A question about the thrown error, or facts that it or one of its causes must have: all that are given.
   * A question that throws does not match.
   */
  readonly match:
    | ((error: unknown) => boolean)
    | { readonly code?: string; readonly name?: string; readonly status?: number };
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

/** Throws a `TypeError` or `RangeError` unless these are rules. */
export function checkRules(place: string, rules: unknown): void {
  if (!Array.isArray(rules))
    throw new TypeError(`\`${place}\` must be an array of rules, got ${show(rules)}`);
  rules.forEach((rule: unknown, index) => checkRule(`${place}[${index}]`, rule));
}

/** Whether a rule speaks of this error. `links` is the error with its causes. */
export function matches(rule: ClassificationRule, error: unknown, links: readonly object[]): boolean {
  const { match } = rule;
  if (typeof match === 'function') return match(error);
  return links.some(
    (link) =>
      (match.code === undefined || match.code === codeOf(link)) &&
      (match.name === undefined || match.name === nameOf(link)) &&
      (match.status === undefined || match.status === statusOf(link)),
  );
}

function checkRule(place: string, input: unknown): void {
  const rule = new OptionReader(place, input, ruleOptions);
  if (!rule.has('class')) throw new TypeError(`\`${place}.class\` must be given`);
  const errorClass = rule.oneOf('class', errorClasses, 'unknown');
  rule.oneOf('severity', severities, classDefaults[errorClass].severity);
  rule.oneOf('retry', ['safe', 'if_idempotent', 'never'], 'never');
  rule.boolean('countsForBreaker');
  rule.number('retryAfterMs', 0);
  if (typeof rule.raw('match') === 'function') return;
  const match = rule.nested('match', ['code', 'name', 'status']);
  if (!match.has('code') && !match.has('name') && !match.has('status'))
    throw new TypeError(`\`${place}.match\` must name a code, a name or a status`);
}

const ruleOptions = ['match', 'class', 'severity', 'retry', 'countsForBreaker', 'retryAfterMs', 'why'];
