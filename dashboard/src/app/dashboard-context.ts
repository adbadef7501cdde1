import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type {
  Clock,
  FleetView,
  Freshness,
  LiveRefusal,
  LiveView,
  ResourceView,
  SessionView,
} from '@holdfast/shared';
import type { Act } from '../acts/act.ts';
import type { Api } from '../api/api.ts';
import type { BreakerOrder, LiveStore } from '../live/store.ts';
import type { Asked } from '../question/asked.ts';
import type { PageQuestion } from '../question/page-question.ts';
import { questionOf } from '../question/question-of.ts';
import type { Ticker } from '../time/ticker.ts';

/** What every part of the page may reach. */
export interface Dashboard {
  readonly store: LiveStore;
  /** What the address of the page asks for. */
  readonly question: PageQuestion;
  readonly api: Api;
  readonly clock: Clock;
  readonly ticker: Ticker;
  /** Where agents are told to connect to. */
  readonly collectorUrl: string;
  readonly retryNow: () => void;
  /** Who the person is to the collector, and what they may do. */
  readonly session: SessionView;
  /** Logs out. */
  readonly leave: () => void;
  /** Opens the confirmation of an act. */
  readonly ask: (act: Act) => void;
}

export const DashboardContext: React.Context<Dashboard | undefined> = createContext<Dashboard | undefined>(
  undefined,
);

export function useDashboard(): Dashboard {
  const dashboard = useContext(DashboardContext);
  if (dashboard === undefined) throw new TypeError('a part of the page stands outside DashboardContext');
  return dashboard;
}

/** One part of the view; the component renders again only when that part changes. */
export function useFleet<P extends Exclude<keyof FleetView, 'at'>>(part: P): FleetView[P] {
  const { store } = useDashboard();
  const subscribe = useCallback((listener: () => void) => store.subscribe(part, listener), [store, part]);
  return useSyncExternalStore(subscribe, () => store.view()[part]);
}

/** The whole view, with every message. */
export function useFleetView(): LiveView {
  const { store } = useDashboard();
  const subscribe = useCallback((listener: () => void) => store.subscribe('view', listener), [store]);
  return useSyncExternalStore(subscribe, store.view);
}

/** What the address of the page asks for. */
export function useAsked(): Asked {
  const { question } = useDashboard();
  return useSyncExternalStore(question.subscribe, question.asked);
}

/** The filter that holds; `undefined` where everything is shown. */
export function useFilter(): string | undefined {
  const { question } = questionOf(useAsked());
  return useRefusal()?.field === 'q' ? undefined : question.q;
}

/** Why what was asked for is not shown; `undefined` while it is. */
export function useRefusal(): LiveRefusal | undefined {
  const { store } = useDashboard();
  const subscribe = useCallback((listener: () => void) => store.subscribe('connection', listener), [store]);
  return useSyncExternalStore(subscribe, store.refusal);
}

/** Whether what is shown is the past. */
export function useIsPast(): boolean {
  const { store } = useDashboard();
  const subscribe = useCallback((listener: () => void) => store.subscribe('view', listener), [store]);
  return useSyncExternalStore(subscribe, () => store.view().replay !== undefined);
}

export function useBreakerOrder(): BreakerOrder {
  const { store } = useDashboard();
  const subscribe = useCallback((listener: () => void) => store.subscribe('breakers', listener), [store]);
  return useSyncExternalStore(subscribe, store.breakers);
}

export function useResource(address: string): ResourceView | undefined {
  const { store } = useDashboard();
  const subscribe = useCallback(
    (listener: () => void) => store.subscribe(`resource:${address}`, listener),
    [store, address],
  );
  return useSyncExternalStore(subscribe, () => store.resource(address));
}

/** What a resource comes down to in a word; renders again only when the word changes. */
export function useResourceText(
  address: string,
  textOf: (resource: ResourceView | undefined) => string | undefined,
): string | undefined {
  const { store } = useDashboard();
  const subscribe = useCallback(
    (listener: () => void) => store.subscribe(`resource:${address}`, listener),
    [store, address],
  );
  return useSyncExternalStore(subscribe, () => textOf(store.resource(address)));
}

/** Every health check; renders again only when one of them changes. */
export function useHealthChecks(): readonly ResourceView[] {
  const { store } = useDashboard();
  const subscribe = useCallback((listener: () => void) => store.subscribe('checks', listener), [store]);
  return useSyncExternalStore(subscribe, store.checks);
}

/** A text that depends on the time; renders again only when the text changes. */
export function useTimedText(textAt: (now: number) => string): string {
  const { store, ticker } = useDashboard();
  return useSyncExternalStore(ticker.subscribe, () => textAt(store.now()));
}

/** How fresh the data is: the state alone, which changes seldom. */
export function useFreshnessState(): Freshness['state'] {
  const { store, ticker } = useDashboard();
  const subscribe = useCallback(
    (listener: () => void) => {
      const ends = [
        store.subscribe('connection', listener),
        store.subscribe('view', listener),
        ticker.subscribe(listener),
      ];
      return () => ends.forEach((end) => end());
    },
    [store, ticker],
  );
  return useSyncExternalStore(subscribe, () => store.freshness().state);
}
