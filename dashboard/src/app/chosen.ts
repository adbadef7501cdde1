import type { BreakerOrder } from '../live/store.ts';

/**
 * The breaker that the page shows when the person has chosen none: the worst. It stays while it is a
 * problem, so that what is being read does not jump away.
 */
export function followWorst(previous: string | undefined, order: BreakerOrder): string | undefined {
  if (previous !== undefined && order.problems.includes(previous)) return previous;
  const worst = order.problems[0];
  if (worst !== undefined) return worst;
  return previous !== undefined && order.all.includes(previous) ? previous : order.all[0];
}

/** The breaker `step` places below the present one; the ends of the list hold. */
export function neighbour(
  list: readonly string[],
  present: string | undefined,
  step: number,
): string | undefined {
  const at = present === undefined ? -1 : list.indexOf(present);
  if (at === -1) return list[0];
  return list[Math.min(list.length - 1, Math.max(0, at + step))];
}

/** The part of the page's address that keeps the chosen breaker: `#checkout/payments`. */
export function hashOf(address: string | undefined): string {
  if (address === undefined) return '';
  const [service = '', , name = ''] = address.split('/');
  return `#${encodeURIComponent(service)}/${encodeURIComponent(name)}`;
}

/** The address that a hash stands for; `undefined` where it is none. */
export function addressOf(hash: string): string | undefined {
  const parts = hash.replace(/^#/, '').split('/');
  if (parts.length !== 2 || parts.includes('')) return undefined;
  try {
    const [service, name] = parts.map(decodeURIComponent);
    return `${service}/circuit_breaker/${name}`;
  } catch {
    return undefined; // a broken escape
  }
}
