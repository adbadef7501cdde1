import type { EventKind } from '@holdfast/shared';

/** A change of state as it was queued. */
interface Change {
  readonly kind: EventKind;
  readonly at: number;
  readonly resource: number;
  readonly from: string;
  readonly to: string;
}
interface Edge {
  readonly from: string;
  readonly to: string;
  count: number;
}
interface Summary {
  readonly at: number;
  readonly overMs: number;
  readonly edges: Edge[];
}

/** How many changes of one resource may wait in full; `undefined` for what is no such change. */
export function changesInFull(kind: EventKind): number | undefined {
  if (kind === 'health_check.changed') return 16;
  return /^circuit_breaker\.(?!threshold)/.test(kind) ? 64 : undefined;
}

/**
 * The summary of a resource's oldest changes with one more in it, both as JSON: how often it went from which
 * state to which, and where it ended. What is lost is the detail, never a count.
 */
export function withChange(summary: string | undefined, change: string): string {
  const { kind, at, resource, from, to } = JSON.parse(change) as Change; // the recorder made it
  const known: Summary =
    summary === undefined ? { at, overMs: 0, edges: [] } : (JSON.parse(summary) as Summary); // made below
  const edge = known.edges.find((one) => one.from === from && one.to === to);
  if (edge === undefined) known.edges.push({ from, to, count: 1 });
  else edge.count += 1;
  const overMs = Math.round(known.overMs + Math.max(0, at - known.at));
  return JSON.stringify({ kind: summaryKindOf(kind), edges: known.edges, overMs, to, at, resource });
}

/** How many changes a summary holds. */
export function changeCountOf(summary: string): number {
  const { edges } = JSON.parse(summary) as Summary; // made above
  return edges.reduce((sum, { count }) => sum + count, 0);
}

export function summaryKindOf(kind: EventKind): EventKind {
  return kind.startsWith('health') ? 'health_check.summarised' : 'circuit_breaker.summarised';
}
