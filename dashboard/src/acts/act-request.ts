import type { ReleaseRequest, SetBreakerRequest, SetFlagRequest } from '@holdfast/shared';
import type { Act, FilledAct } from './act.ts';

/** A request to the collector, before anything is sent. */
export interface ActRequest {
  readonly method: 'PUT' | 'DELETE';
  readonly path: string;
  readonly body: SetFlagRequest | SetBreakerRequest | ReleaseRequest;
}

/** The request that carries out an act as the person filled it in. */
export function actRequest(act: Act, filled: FilledAct): ActRequest {
  const reason = filled.reason.trim();
  const signed = { by: filled.by, via: 'web' as const, ...(reason === '' ? {} : { reason }) };
  const { forMs } = filled;
  switch (act.kind) {
    case 'set_flag':
      return {
        method: 'PUT',
        path: flagPath(act.key),
        body: { ...signed, value: filled.value ?? act.value, forMs },
      };
    case 'clear_flag':
      return { method: 'DELETE', path: flagPath(act.key), body: signed };
    case 'set_breaker': {
      const lasts = act.state === 'closed' ? {} : { forMs };
      const body = { ...signed, state: act.state, ...lasts };
      return { method: 'PUT', path: `${resourcePath(act.address)}/override`, body };
    }
    case 'release_breaker':
      return {
        method: 'DELETE',
        path: `${resourcePath(act.address)}/override`,
        body: { ...signed, ...(act.instance === undefined ? {} : { instance: act.instance }) },
      };
  }
}

/** The API's path of a resource, by its address `service/kind/name`. */
export function resourcePath(address: string): string {
  return `api/v1/resources/${address.split('/').map(encodeURIComponent).join('/')}`;
}

function flagPath(key: string): string {
  return `api/v1/flags/${encodeURIComponent(key)}/override`;
}
