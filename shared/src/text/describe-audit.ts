import type { AuditEntry } from '../state/fleet.ts';
import type { FlagValue } from '../vocabulary/resources.ts';
import { formatValue } from './format.ts';

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
      return `${target} held open`;
    case 'breaker.disabled':
      return `${target} bypassed`;
    case 'breaker.closed':
      return `${target} closed by hand`;
    case 'breaker.released':
      return `${target} released`;
    case 'breaker.expired':
      return `hold on ${target} expired`;
  }
}

function was(from: FlagValue | null): string {
  return from === null ? '' : `, was ${valueOf(from)}`;
}

function valueOf(value: FlagValue | null): string {
  return value === null ? 'nothing' : formatValue(value);
}
