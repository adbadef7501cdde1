import { type KeyboardEvent, type ReactElement, useCallback, useState } from 'react';
import { useBreakerOrder } from '../app/dashboard-context.ts';
import { createNearness, type Nearness } from '../components/nearness.ts';
import { Nothing } from '../components/nothing.tsx';
import { Panel } from '../components/panel.tsx';
import { BreakerRow } from './breaker-row.tsx';

interface BreakersPanelProps {
  readonly chosen: string | undefined;
  readonly isProblemsOnly: boolean;
  readonly onProblemsOnly: (isOn: boolean) => void;
  readonly onChoose: (address: string) => void;
  readonly onOpen: () => void;
}

/** Every breaker, worst first. */
export function BreakersPanel(props: BreakersPanelProps): ReactElement {
  const { chosen, isProblemsOnly, onChoose, onOpen } = props;
  const order = useBreakerOrder();
  const shown = isProblemsOnly ? order.problems : order.all;
  const tabStop = chosen !== undefined && shown.includes(chosen) ? chosen : shown[0];
  const isPartial = shown.length < order.all.length;
  const note = isPartial ? `${shown.length} of ${order.all.length}` : `${order.all.length}`;

  const [nearness, setNearness] = useState<Nearness | undefined>(undefined);
  const standList = useCallback((list: HTMLDivElement) => {
    const created = createNearness(list);
    setNearness(created);
    return () => created.close();
  }, []);

  function openWithKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    onOpen();
  }

  return (
    <Panel name="breakers" title="Breakers" note={note} tools={<ProblemsOnly {...props} />}>
      <div
        className="breaker-grid"
        role="grid"
        aria-label="Breakers, worst first"
        aria-rowcount={shown.length + 1}
        onKeyDown={openWithKey}
      >
        <div className="row row-head" role="row">
          {columns.map(({ name, className }) => (
            <span key={name} className={className} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        <div className="breaker-list" role="rowgroup" ref={standList}>
          {shown.map((address) => (
            <BreakerRow
              key={address}
              address={address}
              isChosen={address === chosen}
              isTabStop={address === tabStop}
              onChoose={onChoose}
              nearness={nearness}
            />
          ))}
          {shown.length === 0 && <Nothing words={nothingToShow(order.all.length)} />}
        </div>
      </div>
    </Panel>
  );
}

const columns = [
  { name: 'State', className: 'cell-state' },
  { name: 'Breaker', className: 'cell-name' },
  { name: 'Since', className: 'cell-since figure' },
  { name: 'Failed', className: 'cell-failed figure' },
  { name: 'Calls/s', className: 'cell-rate figure' },
  { name: 'p99', className: 'cell-p99 figure' },
  { name: 'Last minute', className: 'cell-spark' },
] as const;

function nothingToShow(count: number): string {
  if (count === 0) return 'No connected service has a breaker.';
  return `No problem in any of the ${count} breakers.`;
}

function ProblemsOnly(props: Pick<BreakersPanelProps, 'isProblemsOnly' | 'onProblemsOnly'>): ReactElement {
  const { isProblemsOnly, onProblemsOnly } = props;
  return (
    <>
      <span className="hint" aria-hidden="true">
        <kbd>j</kbd> <kbd>k</kbd> to move
      </span>
      <button
        type="button"
        className="button toggle"
        aria-pressed={isProblemsOnly}
        aria-keyshortcuts="x"
        onClick={() => onProblemsOnly(!isProblemsOnly)}
      >
        Problems only <kbd aria-hidden="true">x</kbd>
      </button>
    </>
  );
}
