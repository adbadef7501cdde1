import type { AuditEntry } from '../state/fleet.ts';
import { breakerStates, type FlagValue } from '../vocabulary/resources.ts';
import { describeFork } from './describe-fork.ts';
import { formatValue } from './format.ts';
import { breakerWords } from './words.ts';

/**
 * What a person, or the end of an override, did: "recommendations set to off, was on". Without who, when
 * and why.
 */
export function describeAudit({ action, target, from, to }: AuditEntry): string {
  switch (action) {
    case 'flag.set':
      return `${target} set to ${valueOf(to)}${was(from)}`;
    case 'flag.cleared':
      return `override of ${target} cleared${was(from)}`;
    case 'flag.expired':
      return `override of ${target} expired${was(from)}`;
    case 'breaker.held_open':
      return `${target} held open${wasIn(from)}`;
    case 'breaker.disabled':
      return `${target} bypassed${wasIn(from)}`;
    case 'breaker.closed':
      return `${target} closed by hand${wasIn(from)}`;
    case 'breaker.released':
      return `${target} released${wasIn(from)}`;
    case 'breaker.expired':
      return `hold on ${target} expired${wasIn(from)}`;
    case 'token.created':
      return `token ${target} made: ${valueOf(to)}`;
    case 'token.revoked':
      return `token ${target} revoked: ${valueOf(from)}`;
    case 'agent.refused':
      return `agent of ${target} refused: its token is for ${valueOf(from)}`;
    case 'audit.forked':
      return `${target} ${describeFork(from, to)}`;
  }
}

function was(from: FlagValue | null): string {
  return from === null ? '' : `, was ${valueOf(from)}`;
}

/** The state of a breaker before: what a person held it in is told by its effect. */
function wasIn(from: FlagValue | null): string {
  const state = breakerStates.find((one) => one === from);
  if (state === undefined) return '';
  const { label, effect } = breakerWords[state];
  return `, was ${state === 'forced_open' || state === 'disabled' ? effect : label}`;
}

function valueOf(value: FlagValue | null): string {
  return value === null ? 'nothing' : formatValue(value);
}
