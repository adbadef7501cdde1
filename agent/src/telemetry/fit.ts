import { show } from '@holdfast/shared';

/** Cuts text to a length and shows that it was cut. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/**
 * A record whose texts are texts and fit the wire's limits: one that does not would have the whole batch
 * refused.
 */
export function fit<T extends object>(record: T): T {
  const entries = Object.entries(record).map(([name, value]) => [name, fitField(name, value)]);
  return Object.fromEntries(entries) as T; // the same fields, in which only texts became shorter
}

/** A flag's values are left as they are: they have a limit of their own. */
function fitField(name: string, value: unknown): unknown {
  if (typeof value === 'string') return cut(value, lengths[name] ?? value.length);
  const length = lengths[name];
  if (length !== undefined && value !== undefined) return cut(show(value), length);
  const isPart = name === 'error' || name === 'attribution';
  return isPart && typeof value === 'object' && value !== null ? fit(value) : value;
}

const lengths: Readonly<Record<string, number>> = {
  by: 128,
  cause: 512,
  code: 128,
  dependency: 256,
  fingerprint: 128,
  message: 1_024,
  operation: 256,
  reason: 512,
  why: 1_024,
};
