import type { BreakerOverride, ResourceView } from '@holdfast/shared';
import type { ReactElement } from 'react';
import type { Act } from '../acts/act.ts';
import { useDashboard } from '../app/dashboard-context.ts';
import { actObstacle } from '../session/rights.ts';
import { holdsOf } from './breaker-facts.ts';

/** What a person can do to a breaker. Each asks for a confirmation. */
export function DetailActions({ resource }: { readonly resource: ResourceView }): ReactElement {
  const { ask, session } = useDashboard();
  const obstacle = actObstacle(session, [resource.service]);
  const isBarred = obstacle !== undefined;
  const { address, breaker } = resource;
  const holds = holdsOf(resource);
  const isHeld = (state: BreakerOverride['state']): boolean =>
    holds.some((hold) => hold.state === state && hold.instance === undefined);
  const isClosed = breaker?.state === 'closed' && holds.length === 0;
  return (
    <div className="actions" role="group" aria-label={`Act on ${resource.service}/${resource.name}`}>
      {holds.map((hold) => (
        <button
          key={hold.id}
          type="button"
          className="button button-main"
          disabled={isBarred}
          onClick={() => ask(releaseOf(address, hold))}
        >
          {releaseLabel(hold, holds.length)}
        </button>
      ))}
      <button
        type="button"
        className="button"
        disabled={isBarred || isHeld('forced_open')}
        onClick={() => ask({ kind: 'set_breaker', address, state: 'forced_open' })}
      >
        Hold open…
      </button>
      <button
        type="button"
        className="button"
        disabled={isBarred || isHeld('disabled')}
        onClick={() => ask({ kind: 'set_breaker', address, state: 'disabled' })}
      >
        Bypass…
      </button>
      <button
        type="button"
        className="button"
        disabled={isBarred || isClosed}
        onClick={() => ask({ kind: 'set_breaker', address, state: 'closed' })}
      >
        Close now…
      </button>
      {obstacle !== undefined && <p className="act-obstacle">{obstacle}</p>}
    </div>
  );
}

function releaseLabel({ instance }: BreakerOverride, holdCount: number): string {
  if (holdCount === 1) return 'Release…';
  return instance === undefined ? 'Release the service…' : `Release ${instance}…`;
}

function releaseOf(address: string, { instance }: BreakerOverride): Act {
  return { kind: 'release_breaker', address, ...(instance === undefined ? {} : { instance }) };
}
