import type { HealthView, ResourceView } from '@holdfast/shared';
import type { ReactElement } from 'react';
import { useHealthChecks } from '../app/dashboard-context.ts';
import { Panel } from '../components/panel.tsx';
import { StateShape } from '../components/state-shape.tsx';
import { Since } from '../components/timed.tsx';

/** Every health check, those that fail first. */
export function HealthPanel(): ReactElement {
  const checks = worstChecksFirst(useHealthChecks());
  return (
    <Panel name="health" title="Health checks" note={`${checks.length}`}>
      {checks.length === 0 ? (
        <p className="quiet-note">No service has a health check.</p>
      ) : (
        <ul className="list">
          {checks.map(({ resource, health }) => (
            <HealthRow key={resource.address} resource={resource} health={health} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface Check {
  readonly resource: ResourceView;
  readonly health: HealthView;
}

const rank = { down: 0, degraded: 1, unknown: 2, up: 3 } as const;

function worstChecksFirst(resources: readonly ResourceView[]): Check[] {
  return resources
    .flatMap((resource) => (resource.health === undefined ? [] : [{ resource, health: resource.health }]))
    .sort(
      (a, b) =>
        rank[a.health.status] - rank[b.health.status] || a.resource.address.localeCompare(b.resource.address),
    );
}

function HealthRow({ resource, health }: Check): ReactElement {
  const isStale = resource.staleCount >= resource.instanceCount;
  const status = isStale ? 'unknown' : health.status;
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
