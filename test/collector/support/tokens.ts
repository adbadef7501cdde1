import type { CreateTokenAnswer, CreateTokenRequest } from '@holdfast/shared';
import { getJson } from '../../support/http.ts';

/** The token that whoever holds it may do everything with: the one of `HOLDFAST_TOKEN`. */
export const masterToken = 'a-token-that-is-long-enough';

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** Makes a token over the API. */
export function makeTokenAt(
  url: string,
  request: Pick<CreateTokenRequest, 'scope'> & Partial<CreateTokenRequest>,
): Promise<CreateTokenAnswer> {
  const services = request.scope === 'ingest' ? { services: 'checkout' } : {};
  return getJson(`${url}/api/v1/tokens`, {
    method: 'POST',
    headers: { ...bearer(masterToken), 'content-type': 'application/json' },
    body: JSON.stringify({ name: request.scope, ...services, by: 'ann', via: 'api', ...request }),
  });
}

/** The status of a request with a token. */
export async function statusWith(
  token: string,
  url: string,
  init: { readonly method?: string; readonly body?: unknown } = {},
): Promise<number> {
  const answer = await fetch(url, {
    method: init.method ?? 'GET',
    headers: {
      ...bearer(token),
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  });
  await answer.arrayBuffer();
  return answer.status;
}
