import type { ErrorClass } from '@holdfast/shared';
import { isResilienceError } from '../errors.ts';
import type { Classification, Classifier } from './classifier.ts';
import { codeOf, linksOf, nameOf, read, retryAfterOf, statusOf } from './facts.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type ClassificationRule, matches, readRules } from './rules.ts';
import { messageOf } from './summary.ts';
import { classDefaults, type FactName, type Table, tables, type Verdict, verdictOf } from './tables.ts';

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
 * codes and names, on the error and on everything that caused it. What nobody knows is `unknown`: it counts
 * for breakers and is not retried. Never throws, whatever was thrown. Throws a `TypeError` or `RangeError`
 * for wrong rules.
 */
export function createClassifier(options: ClassifierOptions): Classifier {
  const rules = readRules(options.rules ?? [], 'classification');
  const lookups = tables.map(lookupOf);
  const decide = (error: unknown, links: readonly object[]): Decision =>
    byRules({ ...options, rules }, error, links) ??
    byDeclaration(links) ??
    byTables(lookups, links) ?? { verdict: classDefaults.unknown, why: 'nothing is known of it' };
  return {
    classify(error) {
      try {
        return describe(error, decide, options.now);
      } catch (fault) {
        options.internalError(fault);
        return unreadable;
      }
    },
  };
}

interface Decision {
  readonly verdict: Verdict;
  readonly why: string;
  readonly code?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

function describe(
  error: unknown,
  decide: (error: unknown, links: readonly object[]) => Decision,
  now: () => number,
): Classification {
  const links = linksOf(error);
  const { verdict, why, ...decision } = decide(error, links);
  const code = decision.code ?? firstOf(links, codeOf);
  const retryAfterMs = decision.retryAfterMs ?? firstOf(links, (link) => retryAfterOf(link, now));
  const [outermost] = links;
  const type = (outermost && nameOf(outermost)) ?? typeof error;
  return {
    ...verdict,
    // A server that says when to come back has not processed the call.
    retry: code === 'HTTP_503' && retryAfterMs !== undefined ? 'safe' : verdict.retry,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(code === undefined ? {} : { code }),
    fingerprint: fingerprintOf(type, code, isResilienceError(error) ? '' : messageOf(error)),
    why,
  };
}

function byRules(
  options: ClassifierOptions & Required<Pick<ClassifierOptions, 'rules'>>,
  error: unknown,
  links: readonly object[],
): Decision | undefined {
  for (const [index, rule] of options.rules.entries()) {
    try {
      if (!matches(rule, error, links)) continue;
    } catch (fault) {
      options.internalError(fault);
      continue;
    }
    const { match: _match, why = `rule ${index + 1}`, retryAfterMs, ...verdict } = rule;
    const code = firstOf(links, (link) => codeOf(link) ?? httpCodeOf(link));
    return { verdict: { ...classDefaults[rule.class], ...verdict }, why, code, retryAfterMs };
  }
  return undefined;
}

/** `TransientError` and its kin, of this copy of the package or of another. */
function byDeclaration(links: readonly object[]): Decision | undefined {
  for (const link of links) {
    const declared = declarable.find((name) => name === read(link, 'holdfastClass'));
    if (declared !== undefined)
      return {
        verdict: { ...classDefaults[declared], retry: declaredRetry(declared) },
        why: `thrown as ${nameOf(link) ?? declared}`,
      };
  }
  return undefined;
}

/** Who throws a `TransientError` says that another try is right; the others ask for something else. */
function declaredRetry(declared: ErrorClass): Verdict['retry'] {
  return declared === 'transient' ? 'safe' : 'never';
}

function byTables(lookups: readonly Lookup[], links: readonly object[]): Decision | undefined {
  for (const { table, rows } of lookups) {
    for (const link of links) {
      const key = facts[table.fact](link);
      const row = key === undefined ? undefined : rows.find(([keys]) => keys.test(key));
      if (row === undefined) continue;
      const code = table.fact === 'status' ? `HTTP_${key}` : table.fact === 'code' ? key : undefined;
      const verdict = table.isMistake ? ({ ...row[1], isMistake: true } as const) : row[1];
      return { verdict, why: `${table.says} ${key}`, code };
    }
  }
  return undefined;
}

interface Lookup {
  readonly table: Table;
  readonly rows: readonly (readonly [keys: RegExp, verdict: Verdict])[];
}

function lookupOf(table: Table): Lookup {
  const rows = table.rows.map(
    ([keys, errorClass, ...rest]) => [new RegExp(`^(${keys})$`), verdictOf(errorClass, ...rest)] as const,
  );
  return { table, rows };
}

const facts: Readonly<Record<FactName, (link: object) => string | undefined>> = {
  status: (link) => statusOf(link)?.toString(),
  code: codeOf,
  name: nameOf,
};

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

/** For an error whose very properties throw. */
const unreadable: Classification = {
  ...classDefaults.unknown,
  fingerprint: fingerprintOf('unreadable', undefined, ''),
  why: 'it could not be read',
};
