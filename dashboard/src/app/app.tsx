import type { Freshness } from '@holdfast/shared';
import { type ReactElement, useMemo, useState } from 'react';
import type { Act } from '../acts/act.ts';
import { ActDialog } from '../acts/act-dialog.tsx';
import { Toast } from '../components/toast.tsx';
import { FirstSteps } from '../empty/first-steps.tsx';
import { FilterBar } from '../filter/filter-bar.tsx';
import { NoticeBars } from '../strip/notice-bars.tsx';
import { StatusStrip } from '../strip/status-strip.tsx';
import { Board } from './board.tsx';
import {
  type Dashboard,
  DashboardContext,
  useBreakerOrder,
  useDashboard,
  useFilter,
  useFleet,
  useFreshnessState,
  useTimedText,
} from './dashboard-context.ts';

/** The whole page. */
export function App({
  services,
  session,
  leave,
}: Pick<Dashboard, 'session' | 'leave'> & {
  readonly services: Omit<Dashboard, 'ask' | 'session' | 'leave'>;
}): ReactElement {
  const [act, setAct] = useState<Act | undefined>(undefined);
  const [done, setDone] = useState<string | undefined>(undefined);
  const dashboard = useMemo(() => {
    const isPast = (): boolean => services.store.view().replay !== undefined;
    const ask = (wanted: Act): void => (isPast() ? setDone(pastWords) : setAct(wanted));
    return { ...services, session, leave, ask };
  }, [services, session, leave]);
  const endToast = useMemo(() => () => setDone(undefined), []);

  function finish(words: string): void {
    setAct(undefined);
    setDone(words);
  }

  return (
    <DashboardContext value={dashboard}>
      <Page />
      {act !== undefined && <ActDialog act={act} onClose={() => setAct(undefined)} onDone={finish} />}
      <Toast words={done} onEnd={endToast} />
    </DashboardContext>
  );
}

const pastWords = 'This is the past: what you do is done now. Go back to now first.';

function Page(): ReactElement {
  const fresh = useFreshnessState();
  return (
    <div className="page" data-fresh={fresh}>
      <StatusStrip />
      <NoticeBars />
      <FilterBar />
      <Content fresh={fresh} />
    </div>
  );
}

function Content({ fresh }: { readonly fresh: ReturnType<typeof useFreshnessState> }): ReactElement {
  const hasBreakers = useBreakerOrder().all.length > 0;
  const hasFlags = useFleet('flags').length > 0;
  const hasAgents = useFleet('agents').length > 0;
  const hasEvents = useFleet('events').length > 0;
  const hasErrors = useFleet('errors').length > 0;
  const isFiltered = useFilter() !== undefined;
  const isBegun = isFiltered || hasBreakers || hasFlags || (!hasAgents && (hasEvents || hasErrors));
  if (fresh === 'connecting') return <NoAnswerYet />;
  return <main className="content">{isBegun ? <Board /> : <FirstSteps />}</main>;
}

/** Says nothing at first: the first answer usually comes at once. */
function NoAnswerYet(): ReactElement {
  const { store, collectorUrl } = useDashboard();
  const tries = Number(useTimedText(() => String(attemptOf(store.freshness()))));
  return (
    <main className="content" aria-busy="true">
      {tries > 1 && (
        <p className="quiet-note no-answer">
          No answer from {collectorUrl}. If the collector is down, start it with <code>holdfast up</code>;
          this page goes on by itself.
        </p>
      )}
    </main>
  );
}

function attemptOf(freshness: Freshness): number {
  return freshness.state === 'connecting' ? freshness.attempt : 0;
}
