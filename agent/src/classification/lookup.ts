import { type ErrorClass, errorClasses } from '@holdfast/shared';
import { chainOf, linksOf, membersOf } from './facts.ts';
import { type Table, tables } from './tables.ts';
import { classDefaults, type Verdict } from './verdicts.ts';

/** What was found out about an error, and where. */
export interface Finding {
  readonly verdict: Verdict;
  readonly why: string;
  readonly code?: string | undefined;
}

/** Asks the tables about an error with everything that caused it, the outermost first. */
export function lookUp(links: readonly object[], depth = 0): Finding | undefined {
  const [outermost] = links;
  const aggregate = links.find((link) => membersOf(link).length > 0);
  if (aggregate === undefined || outermost === undefined || depth === maxDepth)
    return inTables(compiled(), links);
  const [own, ...others] = compiled();
  // A time-out of our own, for instance, says more than what went wrong until then.
  const ownFinding = own && inTables([own], chainOf(outermost));
  return ownFinding ?? amongMembers(membersOf(aggregate), depth + 1) ?? inTables(others, links);
}

/**
 * What the members of an `AggregateError` mean together: what forbids most, so that nothing is done twice
 * because one of several ways failed early. Members that were cancelled lost a race.
 */
function amongMembers(members: readonly unknown[], depth: number): Finding | undefined {
  const findings = members.map(
    (member) =>
      lookUp(linksOf(member), depth) ?? {
        verdict: classDefaults.unknown,
        why: 'unclassified',
      },
  );
  const lasting = findings.filter(({ verdict }) => verdict.class !== 'cancelled');
  const [worst] = (lasting.length > 0 ? lasting : findings).sort((a, b) => weight(a) - weight(b));
  if (worst === undefined || findings.every(({ verdict }) => verdict.class === 'unknown')) return undefined;
  return { ...worst, why: `${worst.why}, one of ${members.length} errors` };
}

/** Aggregates within aggregates; one may even hold itself. */
const maxDepth = 3;

/** The less, the more it forbids. */
function weight({ verdict }: Finding): number {
  return retries.indexOf(verdict.retry) * errorClasses.length + classWeights.indexOf(verdict.class);
}

const retries: readonly Verdict['retry'][] = ['never', 'if_idempotent', 'safe'];
const classWeights: readonly ErrorClass[] = [
  'critical',
  'partial_outage',
  'unknown',
  'transient',
  'throttled',
  'caller',
  'rejected',
  'cancelled',
];

function inTables(lookups: readonly Lookup[], links: readonly object[]): Finding | undefined {
  for (const { table, any, rows } of lookups) {
    for (const link of links) {
      const key = table.fact(link);
      if (key === undefined || !any.test(key)) continue;
      const row = rows.find(([keys]) => keys.test(key));
      if (row === undefined) continue;
      const where = link === links[0] ? '' : ' in its cause';
      const code = table.code === undefined ? undefined : table.code + key;
      return { verdict: row[1], why: `${table.says} ${key}${where}`, code };
    }
  }
  return undefined;
}

interface Lookup {
  readonly table: Table;
  /** Whether any row fits: most errors fit in no row of most tables. */
  readonly any: RegExp;
  readonly rows: readonly (readonly [keys: RegExp, verdict: Verdict])[];
}

/** Made when the first error comes: no module does work when it is imported. */
function compiled(): readonly Lookup[] {
  lookups ??= tables.map((table) => ({
    table,
    any: whole(table.rows.map(([keys]) => keys).join('|')),
    rows: table.rows.map(([keys, verdict]) => [whole(keys), verdict] as const),
  }));
  return lookups;
}

function whole(keys: string): RegExp {
  return new RegExp(`^(?:${keys})$`);
}

let lookups: readonly Lookup[] | undefined;
