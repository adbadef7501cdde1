import { emptyView, type StatusView, statusOf } from '@holdfast/shared';
import { useEffect, useMemo, useState } from 'react';
import { useDashboard, useFilter, useFleetView, useTimedText } from '../app/dashboard-context.ts';

/** A sentence that counts seconds is told again each second. */
const everyMs = 1_000;

/** How the whole fleet is; of what a filter hides the collector is asked. */
export function useStatus(): StatusView {
  const view = useFleetView();
  const second = Number(useTimedText((now) => String(Math.floor(now / 1_000))));
  const isFiltered = useFilter() !== undefined;
  const asked = useAskedStatus(isFiltered);
  return useMemo(
    () => (isFiltered ? (asked ?? notAnswered()) : statusOf(view, second * 1_000)),
    [isFiltered, asked, view, second],
  );
}

function notAnswered(): StatusView {
  return { ...statusOf(emptyView, 0), sentence: 'Asking how the whole fleet is' };
}

function useAskedStatus(isWanted: boolean): StatusView | undefined {
  const { api, store, clock } = useDashboard();
  const [status, setStatus] = useState<StatusView | undefined>(undefined);
  useEffect(() => {
    if (!isWanted) return;
    const stop = new AbortController();
    let timer = clock.setTimeout(() => void load(), 0);

    async function load(): Promise<void> {
      if (store.freshness().state === 'live') {
        const { at, replay } = store.view();
        const answer = await api.status(replay === undefined ? undefined : at, stop.signal);
        if (stop.signal.aborted) return;
        if (answer.ok) setStatus(answer.value);
      }
      timer = clock.setTimeout(() => void load(), everyMs);
    }

    return () => {
      stop.abort();
      timer.cancel();
      setStatus(undefined);
    };
  }, [isWanted, api, store, clock]);
  return status;
}
