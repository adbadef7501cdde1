import { useCallback, useEffect, useState } from 'react';
import type { BreakerOrder } from '../live/store.ts';
import { addressOf, followWorst, hashOf } from './chosen.ts';

export interface Chosen {
  readonly address: string | undefined;
  /** Whether the page itself chose, and goes with the worst. */
  readonly isFollowing: boolean;
  /** `undefined` goes back to following the worst. */
  readonly choose: (address: string | undefined) => void;
}

/** The breaker that is looked at. A person's choice stands in the page's address and can be shared. */
export function useChosen(order: BreakerOrder): Chosen {
  const [picked, setPicked] = useState(() => addressOf(location.hash));
  const [followed, setFollowed] = useState<string | undefined>(undefined);

  const next = followWorst(followed, order);
  if (next !== followed) setFollowed(next);

  useEffect(() => {
    const read = (): void => setPicked(addressOf(location.hash));
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, []);

  const choose = useCallback((address: string | undefined) => {
    setPicked(address);
    history.replaceState(undefined, '', `${location.pathname}${location.search}${hashOf(address)}`);
  }, []);

  const isPicked = picked !== undefined && (order.all.length === 0 || order.all.includes(picked));
  return { address: isPicked ? picked : next, isFollowing: !isPicked, choose };
}
