import { expect, test } from 'vitest';
import { Check } from 'typebox/value';
import { createComponents } from '../../../collector/src/server/schemas.ts';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { bearer, masterToken } from '../support/tokens.ts';
import { batchWith, flagLevels, helloWith, WireAgent } from '../support/wire-agent.ts';

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly responses: { readonly 200: { readonly content: Record<string, { readonly schema: object }> } };
}
interface Asked {
  readonly body?: unknown;
  readonly lines?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
/** What is used of the answers. */
interface Answer {
  readonly code?: string;
  readonly csrf?: string;
  readonly view?: { readonly id: string };
}

test('every act is answered as described', async () => {
  const scope = scopeOfTest();
  const { url } = await startTestCollector(scope, { token: masterToken });
  const agent = await WireAgent.connect(scope, url, bearer(masterToken));
  agent.send(helloWith());
  await agent.next('welcome');
  agent.send(batchWith(1, flagLevels(true)));
  await agent.acknowledged(1);
  const { paths } = await getJson<Description>(`${url}/api/v1/openapi.json`, {
    headers: bearer(masterToken),
  });
  const { act, asked, cookie } = actorAt(url, paths);
  const by = { by: 'ann', via: 'api' };
  const flag = '/api/v1/flags/reviews/override';
  const breaker = '/api/v1/resources/checkout/circuit_breaker/payments/override';
  await act('PUT', flag, { body: { ...by, value: false, forMs: 60_000, reason: 'drill' } });
  await act('DELETE', flag, { body: by });
  await act('PUT', breaker, { body: { ...by, state: 'forced_open' } });
  await act('DELETE', breaker, { body: by });
  const { view } = await act('POST', '/api/v1/tokens', { body: { ...by, scope: 'read', name: 'one' } });
  await act('DELETE', `/api/v1/tokens/${view?.id ?? ''}`, { body: by });
  const { code = '' } = await act('POST', '/api/v1/login-codes');
  const { csrf = '' } = await act('POST', '/api/v1/session', { body: { code }, headers: {} });
  await act('POST', '/api/v1/ws-ticket');
  await act('DELETE', '/api/v1/session', { headers: { cookie: cookie(), 'x-csrf': csrf } });
  const lines = [helloWith({ service: 'stock' }), batchWith(1)].map((one) => JSON.stringify(one)).join('\n');
  await act('POST', '/api/v1/ingest', { lines });

  const acts = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).flatMap((method) => (method === 'get' ? [] : [`${method.toUpperCase()} ${path}`])),
  );
  expect([...asked].sort()).toEqual(acts.sort());
});

/** Acts as a description says, and checks each answer against it. */
function actorAt(
  url: string,
  paths: Description['paths'],
): {
  readonly act: (method: string, path: string, asked?: Asked) => Promise<Answer>;
  /** What was asked so far, in the words of the description. */
  readonly asked: ReadonlySet<string>;
  readonly cookie: () => string;
} {
  const asked = new Set<string>();
  let cookie = '';
  const act = async (method: string, path: string, { body, lines, headers }: Asked = {}): Promise<Answer> => {
    const described = Object.keys(paths).find((one) => patternOf(one).test(path)) ?? '';
    asked.add(`${method} ${described}`);
    const text = lines ?? (body === undefined ? undefined : JSON.stringify(body));
    const type = lines === undefined ? 'application/json' : 'application/x-ndjson';
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(text === undefined ? {} : { body: text }),
      headers: {
        ...(headers ?? bearer(masterToken)),
        ...(text === undefined ? {} : { 'content-type': type }),
      },
    });
    const [set = ''] = answer.headers.getSetCookie();
    if (set !== '') cookie = set.split(';')[0] ?? '';
    const json = (await answer.json()) as Answer; // checked against its schema below
    expect({ status: answer.status, json }, `${method} ${path}`).toMatchObject({ status: 200 });
    const operation = paths[described]?.[method.toLowerCase()];
    const schema = operation?.responses[200].content['application/json']?.schema ?? {};
    const local: object = JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', ''));
    expect(Check(createComponents(), local, json), `${method} ${path}`).toBe(true);
    return json;
  };
  return { act, asked, cookie: () => cookie };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
