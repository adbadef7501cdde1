import type { BreakerOverride, ResourceView } from '@holdfast/shared';
import type { ReactElement } from 'react';
import type { Act } from '../acts/act.ts';
import { useDashboard } from '../app/dashboard-context.ts';

/** What a person can do to a breaker. Each asks for a confirmation. */
export function DetailActions({ resource }: { readonly resource: ResourceView }): ReactElement {
  const { ask } = useDashboard();
  const { address, breaker } = resource;
  const held = breaker?.override?.state;
  const isClosed = breaker?.state === 'closed' && held === undefined;
  return (
    <div className="actions" role="group" aria-label={`Act on ${resource.service}/${resource.name}`}>
      {held !== undefined && (
        <button
          type="button"
          className="button button-main"
          onClick={() => ask(releaseOf(address, breaker?.override))}
        >
          Release…
        </button>
      )}
      <button
        type="button"
        className="button"
        disabled={held === 'forced_open'}
        onClick={() => ask({ kind: 'set_breaker', address, state: 'forced_open' })}
      >
        Hold open…
      </button>
      <button
        type="button"
        className="button"
        disabled={held === 'disabled'}
        onClick={() => ask({ kind: 'set_breaker', address, state: 'disabled' })}
      >
        Bypass…
      </button>
      <button
        type="button"
        className="button"
        disabled={isClosed}
        onClick={() => ask({ kind: 'set_breaker', address, state: 'closed' })}
      >
        Close now…
      </button>
    </div>
  );
}

function releaseOf(address: string, hold: BreakerOverride | undefined): Act {
  const where = hold?.instance === undefined ? {} : { instance: hold.instance };
  return { kind: 'release_breaker', address, ...where };
}
