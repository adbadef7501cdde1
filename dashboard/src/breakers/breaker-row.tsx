import { memo, type ReactElement, useEffect, useRef, useState } from 'react';
import type { ResourceView } from '@holdfast/shared';
import { useResource, useResourceText } from '../app/dashboard-context.ts';
import type { Nearness } from '../components/nearness.ts';
import { StateShape } from '../components/state-shape.tsx';
import { Left, Since } from '../components/timed.tsx';
import { shortAddress } from '../components/short-address.ts';
import { type Badge, type BreakerRowView, breakerRowView, stateOf } from './breaker-row-view.ts';
import { Sparkline } from './sparkline.tsx';

interface BreakerRowProps {
  readonly address: string;
  readonly isChosen: boolean;
  /** Whether Tab stops at it. */
  readonly isTabStop: boolean;
  readonly onChoose: (address: string) => void;
  /** Absent until the list stands. */
  readonly nearness: Nearness | undefined;
}

/**
 * One breaker of the list. It follows its own resource, so that others may change without it; and only
 * while it is near the visible part, so that a thousand rows cost as much as the twenty that are seen.
 */
export const BreakerRow: React.MemoExoticComponent<typeof BreakerRowOf> = memo(BreakerRowOf);

function BreakerRowOf(props: BreakerRowProps): ReactElement {
  const { address, isChosen, isTabStop, onChoose, nearness } = props;
  const state = useResourceText(address, (resource) => resource && stateOf(resource));
  const shell = useRef<HTMLDivElement>(null);
  const [{ isNear, heightPx }, setPlace] = useState<Place>({ isNear: false, heightPx: undefined });

  useEffect(() => {
    const element = shell.current;
    if (element === null || nearness === undefined) return undefined;
    return nearness.watch(element, (near) =>
      setPlace({ isNear: near, heightPx: near ? undefined : element.offsetHeight }),
    );
  }, [nearness]);

  return (
    <div
      className="row breaker-row"
      role="row"
      aria-label={shortAddress(address)}
      aria-selected={isChosen}
      tabIndex={isTabStop ? 0 : -1}
      data-address={address}
      data-state={state}
      ref={shell}
      onClick={() => onChoose(address)}
      style={{ minHeight: heightPx }}
    >
      {isNear && <RowContent address={address} />}
    </div>
  );
}

/** A row that has gone out of sight keeps its height, so that nothing moves. */
interface Place {
  readonly isNear: boolean;
  readonly heightPx: number | undefined;
}

function RowContent({ address }: { readonly address: string }): ReactElement | undefined {
  const resource = useResource(address);
  if (resource === undefined) return undefined;
  return <RowCells row={breakerRowView(resource)} spark={resource.spark} />;
}

function RowCells({ row, spark }: { row: BreakerRowView; spark: ResourceView['spark'] }): ReactElement {
  return (
    <>
      <div className="cell-state" role="gridcell">
        <StateShape of={row.state} />
        <div>
          <span className="state-word">{row.words.label}</span>{' '}
          <span className="state-effect">{row.words.effect}</span>
        </div>
      </div>
      <div className="cell-name" role="gridcell" title={row.label}>
        <span className="row-service">{row.service}/</span>
        <span className="row-name">{row.name}</span>
      </div>
      <div className="cell-since figure" role="gridcell" data-label="since">
        {row.sinceAt === undefined ? '–' : <Since at={row.sinceAt} />}
      </div>
      <div className="cell-failed figure" role="gridcell" data-label="failed" data-level={row.failedLevel}>
        {row.failed}
      </div>
      <div className="cell-rate figure" role="gridcell" data-label="calls/s">
        {row.rate}
      </div>
      <div className="cell-p99 figure" role="gridcell" data-label="p99">
        {row.p99}
      </div>
      <div className="cell-spark" role="gridcell">
        <Sparkline spark={spark} />
      </div>
      {(row.cause !== undefined || row.badges.length > 0) && (
        <div className="cell-cause" role="gridcell">
          {row.badges.map((badge) => (
            <RowBadge key={badge.kind} badge={badge} />
          ))}
          {row.cause !== undefined && <span className="row-cause">{row.cause}</span>}
        </div>
      )}
    </>
  );
}

function RowBadge({ badge }: { readonly badge: Badge }): ReactElement {
  return (
    <span className="badge" data-kind={badge.kind}>
      {badge.text}
      {badge.kind === 'held' && (
        <>
          , <Left until={badge.until} /> left
        </>
      )}
    </span>
  );
}
