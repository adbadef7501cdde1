import type { SeriesAnswer } from '@holdfast/shared';
import { useEffect, useState } from 'react';
import { useDashboard } from '../app/dashboard-context.ts';
import { type ChartRange, pollMsOf } from './series-data.ts';

export interface SeriesState {
  readonly series: SeriesAnswer | undefined;
  /** The right end of the charts, by the collector's clock. */
  readonly until: number;
  readonly problem: string | undefined;
}

const nothing: SeriesState = { series: undefined, until: 0, problem: undefined };

/** The history of a resource, asked for again with each complete step while the page is live and seen. */
export function useSeries(address: string, range: ChartRange): SeriesState {
  const { api, store, clock } = useDashboard();
  const [state, setState] = useState({ address, ...nothing });

  useEffect(() => {
    const stop = new AbortController();
    let timer = clock.setTimeout(() => void load(), 0);
    let stepSeconds = 0;

    async function load(): Promise<void> {
      if (!document.hidden && (stepSeconds === 0 || store.freshness().state === 'live')) {
        const until = store.now();
        const query = { address, since: until - range.rangeMs, until, points: range.points };
        const answer = await api.series(query, stop.signal);
        if (stop.signal.aborted) return;
        if (answer.ok) {
          stepSeconds = answer.value.stepSeconds;
          setState({ address, series: answer.value, until, problem: undefined });
        } else setState((before) => ({ ...before, address, problem: answer.problem }));
      }
      timer = clock.setTimeout(() => void load(), pollMsOf(stepSeconds));
    }

    return () => {
      stop.abort();
      timer.cancel();
    };
  }, [address, range, api, store, clock]);

  return state.address === address ? state : nothing;
}
