import type { ErrorClass } from '@holdfast/shared';
import type { Classification, Classifier } from './classifier.ts';
import { codeOf, linksOf, nameOf, read, statusOf } from './facts.ts';
import { Judgement, unreadableError } from './judgement.ts';
import { type Finding, lookUp } from './lookup.ts';
import { retryAfterOf } from './retry-after.ts';
import { type ClassificationRule, matches, readRules } from './rules.ts';
import { again, classDefaults, refused, throttled, type Verdict } from './verdicts.ts';

export interface ClassifierOptions {
  /** The host's own rules; they go first. */
  readonly rules?: readonly ClassificationRule[];
  /** For `Retry-After` as a date, epoch milliseconds. */
  readonly now: () => number;
  /** Told when a rule's question throws. */
  readonly internalError: (error: unknown) => void;
}

/**
 * Tells what an error means: rules of the host, then errors that say it themselves, then tables of statuses,
 * codes, names and messages, on the error and on everything that caused it. What nobody knows is `unknown`:
 * it counts for breakers and is not retried. Never throws, whatever was thrown. Throws a `TypeError` or
 * `RangeError` for wrong rules.
 */
export function createClassifier(options: ClassifierOptions): Classifier {
  const list = readRules(options.rules ?? [], 'classification');
  const rules: OwnRules = { list, internalError: options.internalError };
  const decide = (error: unknown, links: readonly object[]): Decision =>
    byRules(rules, error, links) ??
    byDeclaration(links) ??
    lookUp(links) ?? { verdict: classDefaults.unknown, why: unclassified };
  return {
    classify(error) {
      try {
        return describe(error, decide, options.now);
      } catch (fault) {
        options.internalError(fault);
        return new Judgement(unreadableError, { verdict: classDefaults.unknown, why: unreadable });
      }
    },
  };
}

interface Decision extends Finding {
  /** Where a rule of the host decided. */
  readonly isOwn?: true;
  readonly retryAfterMs?: number | undefined;
}

function describe(
  error: unknown,
  decide: (error: unknown, links: readonly object[]) => Decision,
  now: () => number,
): Classification {
  const links = linksOf(error);
  const decision = decide(error, links);
  const code = decision.code ?? firstOf(links, codeOf);
  const asked = firstOf(links, (link) => retryAfterOf(link, now));
  const retryAfterMs = (asked === 'never' ? undefined : asked) ?? decision.retryAfterMs;
  let why = decision.why;
  let verdict = decision.verdict;
  if (decision.isOwn !== true && asked !== undefined) {
    const meant = asked === 'never' ? ({ ...verdict, retry: 'never' } as const) : withDelay.get(code ?? '');
    if (meant !== undefined)
      why += asked === 'never' ? ' that asks for no retry' : ' that says when to retry';
    verdict = meant ?? verdict;
  }
  return new Judgement(error, { verdict, why, code, retryAfterMs });
}

/** Who says when to come back has not processed the call. */
const withDelay: ReadonlyMap<string, Verdict> = new Map([
  ['HTTP_413', again],
  ['HTTP_503', refused],
  ['GRPC_RESOURCE_EXHAUSTED', throttled],
]);

function byRules(rules: OwnRules, error: unknown, links: readonly object[]): Decision | undefined {
  for (const [index, rule] of rules.list.entries()) {
    try {
      if (!matches(rule, error, links)) continue;
    } catch (fault) {
      rules.internalError(fault);
      continue;
    }
    const { match: _match, why = `rule ${index + 1}`, retryAfterMs, ...verdict } = rule;
    const code = firstOf(links, (link) => codeOf(link) ?? httpCodeOf(link));
    return { verdict: { ...classDefaults[rule.class], ...verdict }, why, code, retryAfterMs, isOwn: true };
  }
  return undefined;
}

interface OwnRules {
  readonly list: readonly ClassificationRule[];
  readonly internalError: (error: unknown) => void;
}

/** `TransientError` and its kin, of this copy of the package or of another. */
function byDeclaration(links: readonly object[]): Decision | undefined {
  for (const link of links) {
    const told = read(link, 'holdfastClass');
    const declared = told === undefined ? undefined : declarable.find((name) => name === told);
    if (declared === undefined) continue;
    // Whoever throws a `TransientError` says that another try is right.
    const retry = declared === 'transient' ? 'safe' : 'never';
    return { verdict: { ...classDefaults[declared], retry }, why: `thrown as ${nameOf(link) ?? declared}` };
  }
  return undefined;
}

function httpCodeOf(link: object): string | undefined {
  const status = statusOf(link);
  return status === undefined ? undefined : `HTTP_${status}`;
}

function firstOf<T>(links: readonly object[], ask: (link: object) => T | undefined): T | undefined {
  for (const link of links) {
    const answer = ask(link);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

const declarable: readonly ErrorClass[] = ['transient', 'partial_outage', 'critical'];

/** What people read of an error for which somebody should write a rule. */
const unclassified = 'unclassified: no rule and no table knows it';

/** For an error whose very properties throw. */
const unreadable = 'unclassified: it could not be read';
