import {
  type AuditEntry,
  breakerTarget,
  describeAudit,
  type DesiredState,
  type Fleet,
} from '@holdfast/shared';
import { done, type Outcome, refused } from '../refusal.ts';
import type { Condition } from '../server/if-match.ts';

/** What an act changes: a flag, or a breaker everywhere or in one instance. */
type ActTarget = { readonly flag: string } | { readonly breaker: BreakerAt };
interface BreakerAt {
  readonly service: string;
  readonly name: string;
  readonly instance?: string;
}

/** Refuses an act on what has changed since whoever asks for it looked. */
export function checkCondition(
  { desired, audit }: Fleet,
  target: ActTarget,
  condition: Condition | undefined,
): Outcome<undefined> {
  if (condition === undefined) return done(undefined);
  const name = nameOf(target);
  if (condition === 'overridden') {
    if (isOverridden(desired, target)) return done(undefined);
    return refused('conflict', `${name} has no override, and If-Match: * wants that there is one`);
  }
  const { unchangedSince } = condition;
  const present = `the version is ${desired.version} now`;
  if (unchangedSince > desired.version)
    return refused('conflict', `there has been no version ${unchangedSince} here: ${present}`);
  const later = audit.filter(({ version }) => version > unchangedSince);
  const change = later.findLast((entry) => isActOn(entry, target));
  if (change !== undefined) {
    const what = `at ${new Date(change.at).toISOString()} by ${change.by}: ${describeAudit(change)}`;
    return refused('conflict', `${name} was changed after version ${unchangedSince}, ${what}; ${present}`);
  }
  // Each version is one act; those that are no longer at hand may have been on anything.
  if (later.length === desired.version - unchangedSince) return done(undefined);
  const what = `version ${unchangedSince} is too long ago to tell whether ${name} was changed since`;
  return refused('conflict', `${what}; ${present}`);
}

function nameOf(target: ActTarget): string {
  return 'flag' in target ? `flag ${target.flag}` : breakerTarget(target.breaker);
}

function isOverridden({ flags, breakers }: DesiredState, target: ActTarget): boolean {
  if ('flag' in target) return flags.some(({ key }) => key === target.flag);
  const address = breakerTarget(target.breaker);
  return breakers.some((one) => breakerTarget(one) === address);
}

/** A hold on all instances and one on a single instance concern each other; those of two instances do not. */
function isActOn(entry: AuditEntry, target: ActTarget): boolean {
  if ('flag' in target) return entry.action.startsWith('flag.') && entry.target === target.flag;
  if (!entry.action.startsWith('breaker.')) return false;
  const { service, name, instance } = target.breaker;
  if (entry.target === breakerTarget(target.breaker) || entry.target === breakerTarget({ service, name }))
    return true;
  return (
    instance === undefined && entry.target.startsWith(`${service}@`) && entry.target.endsWith(`/${name}`)
  );
}
