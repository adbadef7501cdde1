import type { FlagValue } from '../vocabulary/resources.ts';

/**
 * What it means that an agent brings back the head `held` of an audit list whose own head is `ours`. Both
 * are cut short: the whole of them stands in `from` and `to` of the act.
 */
export function describeFork(held: FlagValue | null, ours: FlagValue | null): string {
  const [upTo] = partsOf(held);
  return (
    `holds the audit head ${short(held)}, which is not in the audit list (its head is ${short(ours)}): ` +
    `rows up to ${upTo} are missing or were altered; a restored backup does this as well`
  );
}

function short(head: FlagValue | null): string {
  const [id, hash = ''] = partsOf(head);
  return hash === '' ? 'none' : `${id}:${hash.slice(0, 8)}…`;
}

function partsOf(head: FlagValue | null): readonly string[] {
  return typeof head === 'string' ? head.split(':') : [];
}
