import { lazy, type ReactElement, type Ref, Suspense, useState } from 'react';
import type { ResourceView } from '@holdfast/shared';
import { useFilter, useResource } from '../app/dashboard-context.ts';
import { breakerRowView, stateOf } from '../breakers/breaker-row-view.ts';
import { type ChartRange, chartRanges } from '../charts/series-data.ts';
import { StateShape } from '../components/state-shape.tsx';
import { Since } from '../components/timed.tsx';
import { DetailActions } from './detail-actions.tsx';
import { breakerFigures } from './breaker-facts.ts';
import { DetailFacts } from './detail-facts.tsx';

/** Chart.js is half of the page's weight: it comes after the list is there. */
const SeriesCharts = lazy(async () => {
  const { SeriesCharts: component } = await import('../charts/series-charts.tsx');
  return { default: component };
});

interface DetailPanelProps {
  readonly address: string;
  readonly isFollowing: boolean;
  readonly headRef: Ref<HTMLHeadingElement>;
}

/** All about the breaker that is looked at. */
export function DetailPanel({ address, isFollowing, headRef }: DetailPanelProps): ReactElement {
  const resource = useResource(address);
  const isFiltered = useFilter() !== undefined;
  const [range, setRange] = useState<ChartRange>(chartRanges[0]);
  if (resource === undefined) {
    return (
      <section className="panel" data-panel="detail" aria-label="Chosen breaker">
        <p className="quiet-note">
          {isFiltered
            ? `The filter does not let ${address} through.`
            : `${address} is not known to this collector.`}
        </p>
      </section>
    );
  }
  const name = `${resource.service}/${resource.name}`;
  return (
    <section
      className="panel detail"
      data-panel="detail"
      data-state={stateOf(resource)}
      aria-label="Chosen breaker"
    >
      <DetailHead resource={resource} isFollowing={isFollowing} headRef={headRef} />
      <dl className="figures">
        {breakerFigures(resource).map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Suspense fallback={<div className="charts" />}>
        <SeriesCharts key={address} address={address} name={name} range={range} onRange={setRange} />
      </Suspense>
      <DetailFacts resource={resource} />
    </section>
  );
}

interface DetailHeadProps extends Omit<DetailPanelProps, 'address'> {
  readonly resource: ResourceView;
}

function DetailHead({ resource, isFollowing, headRef }: DetailHeadProps): ReactElement {
  const row = breakerRowView(resource);
  return (
    <header className="detail-head" data-state={row.state}>
      <StateShape of={row.state} />
      <div className="detail-title">
        <h2 tabIndex={-1} ref={headRef}>
          <span className="row-service">{row.service}/</span>
          {row.name}
        </h2>
        <p>
          <span className="state-word">{row.words.label}</span> {row.words.effect}
          {row.sinceAt !== undefined && (
            <>
              {' for '}
              <Since at={row.sinceAt} />
            </>
          )}
        </p>
      </div>
      {isFollowing && row.isProblem && <span className="badge">following the worst</span>}
      <DetailActions resource={resource} />
    </header>
  );
}
