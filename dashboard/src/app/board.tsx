import { type ReactElement, useCallback, useMemo, useRef, useState } from 'react';
import { AgentsPanel } from '../agents/agents-panel.tsx';
import { AuditPanel } from '../audit/audit-panel.tsx';
import { BreakersPanel } from '../breakers/breakers-panel.tsx';
import { DetailPanel } from '../detail/detail-panel.tsx';
import { ErrorsPanel } from '../errors/errors-panel.tsx';
import { EventsPanel } from '../events/events-panel.tsx';
import { FlagsPanel } from '../flags/flags-panel.tsx';
import { HealthPanel } from '../health/health-panel.tsx';
import { neighbour } from './chosen.ts';
import { useBreakerOrder } from './dashboard-context.ts';
import { useChosen } from './use-chosen.ts';
import { useKeys } from './use-keys.ts';

/** All panels, and the keys that move among the breakers. */
export function Board(): ReactElement {
  const order = useBreakerOrder();
  const { address, isFollowing, choose } = useChosen(order);
  const [isProblemsOnly, setIsProblemsOnly] = useState(false);
  const detailHead = useRef<HTMLHeadingElement>(null);
  const openDetail = useCallback(() => detailHead.current?.focus(), []);

  const keys = useMemo(() => {
    const shown = isProblemsOnly ? order.problems : order.all;
    const move = (step: number) => () => {
      const next = neighbour(shown, address, step);
      if (next === undefined) return;
      choose(next);
      focusRow(next);
    };
    return {
      j: move(1),
      ArrowDown: move(1),
      k: move(-1),
      ArrowUp: move(-1),
      x: () => setIsProblemsOnly((isOn) => !isOn),
      Escape: () => choose(undefined),
    };
  }, [order, isProblemsOnly, address, choose]);
  useKeys(keys);

  const chooseWithPointer = useCallback(
    (next: string) => {
      choose(next);
      if (!areColumnsBeside()) openDetail();
    },
    [choose, openDetail],
  );

  return (
    <div className="board">
      <div className="column">
        <BreakersPanel
          chosen={address}
          isProblemsOnly={isProblemsOnly}
          onProblemsOnly={setIsProblemsOnly}
          onChoose={chooseWithPointer}
          onOpen={openDetail}
        />
        <FlagsPanel />
        <EventsPanel />
        <AgentsPanel />
        <AuditPanel />
      </div>
      <div className="column">
        {address !== undefined && (
          <DetailPanel address={address} isFollowing={isFollowing} headRef={detailHead} />
        )}
        <ErrorsPanel />
        <HealthPanel />
      </div>
    </div>
  );
}

/** On a narrow page the detail stands below the list, out of sight. */
function areColumnsBeside(): boolean {
  return window.matchMedia('(min-width: 1080px)').matches;
}

/** The row exists already: choosing only marks it. */
function focusRow(address: string): void {
  const row = document.querySelector<HTMLElement>(`[data-address="${CSS.escape(address)}"]`);
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: 'nearest' });
}
