import { type ReactElement, useMemo } from 'react';
import { useHealthChecks } from '../app/dashboard-context.ts';
import { Nothing } from '../components/nothing.tsx';
import { Panel } from '../components/panel.tsx';
import { StateShape } from '../components/state-shape.tsx';
import { Since } from '../components/timed.tsx';
import { type Check, healthSummary, type PassingChecks } from './health-view.ts';

/** Every health check: those that fail one by one, the others a line a service. */
export function HealthPanel(): ReactElement {
  const checks = useHealthChecks();
  const { failing, passing } = useMemo(() => healthSummary(checks), [checks]);
  const note = failing.length === 0 ? `${checks.length}` : `${checks.length}, ${failing.length} not up`;
  return (
    <Panel name="health" title="Health checks" note={note}>
      {checks.length === 0 ? (
        <Nothing words="No service has a health check." />
      ) : (
        <ul className="list scroll-list">
          {failing.map((check) => (
            <FailingRow key={check.resource.address} {...check} />
          ))}
          {passing.map((one) => (
            <PassingRow key={one.service} {...one} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function FailingRow({ resource, health, status }: Check): ReactElement {
  return (
    <li className="row health-row" data-state={status}>
      <StateShape of={status} />
      <span className="health-status">{status}</span>
      <span className="health-name">
        <span className="row-service">{resource.service}/</span>
        <span className="row-name">{resource.name}</span>
        <span className="row-aside">
          {health.checkKind}
          {health.critical ? ', critical' : ''}
        </span>
        {health.message !== undefined && <span className="row-cause">{health.message}</span>}
      </span>
      <span className="figure">
        <Since at={health.sinceAt} />
      </span>
    </li>
  );
}

function PassingRow({ service, names }: PassingChecks): ReactElement {
  return (
    <li className="row health-row" data-state="up">
      <StateShape of="up" />
      <span className="health-status">up</span>
      <span className="health-name">
        <span className="row-name">{service}</span>
        <span className="row-aside">{names.join(', ')}</span>
      </span>
    </li>
  );
}
