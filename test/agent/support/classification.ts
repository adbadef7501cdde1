import { createAgent } from '@holdfast/agent';

const agent = createAgent({ service: 'shop', collector: false });

/** Class, retry, and whether the breaker counts it: what a row of the classifier's tables says. */
export function rowOf(error: unknown): string {
  const { class: errorClass, retry, countsForBreaker } = agent.classify(error);
  return `${errorClass} ${retry} ${countsForBreaker ? 'counts' : 'does not count'}`;
}

/** An error with these fields. */
export function errorOf(facts: object, message = 'failed'): Error {
  return Object.assign(new Error(message), facts);
}

/** The rows that there are, by the names of the verdicts. */
export const rows = {
  refused: 'partial_outage safe counts',
  outage: 'partial_outage if_idempotent counts',
  passing: 'transient if_idempotent counts',
  unsent: 'transient safe counts',
  again: 'transient safe does not count',
  inHand: 'transient never does not count',
  throttled: 'throttled safe does not count',
  exhausted: 'throttled never does not count',
  caller: 'caller never does not count',
  cancelled: 'cancelled never does not count',
  rejected: 'rejected never does not count',
  broken: 'critical never counts',
  ours: 'critical never does not count',
  spent: 'critical safe does not count',
  unknown: 'unknown never counts',
} as const;
