import type { Random } from '@holdfast/shared';
import type { Member } from './member.ts';
import type { Balance } from './options.ts';

/** Chooses one of those that are ready; nothing where there is none. */
export type Choose<E> = (ready: readonly Member<E>[]) => Member<E> | undefined;

export function createBalance<E>(balance: Balance, random: Random): Choose<E> {
  return balance === 'round_robin' ? roundRobin() : (ready) => powerOfTwo(ready, random);
}

function roundRobin<E>(): Choose<E> {
  let turn = 0;
  return (ready) => {
    turn = turn >= ready.length - 1 ? 0 : turn + 1;
    return ready[turn];
  };
}

/**
 * Of two at random the one with fewer calls under way: nearly as even as looking at all of them, and no herd
 * runs to the one that is idle (M. Mitzenmacher, The Power of Two Choices in Randomized Load Balancing,
 * 2001).
 */
function powerOfTwo<E>(ready: readonly Member<E>[], random: Random): Member<E> | undefined {
  const { length } = ready;
  const at = Math.floor(random() * length);
  const first = ready[at];
  if (first === undefined || length === 1) return first;
  const other = ready[(at + 1 + Math.floor(random() * (length - 1))) % length];
  return other !== undefined && other.inFlightCount < first.inFlightCount ? other : first;
}
