import { agentSubprotocol, liveSubprotocol, type TokenScope, tokenScopes } from '@holdfast/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Action, actions, permit, type Principal } from '../../../collector/src/auth/policy.ts';
import { getJson } from '../../support/http.ts';
import { scopeOfFile } from '../../support/scope.ts';
import { logInAt } from '../support/browser-client.ts';
import { getRequest, rawStatus, upgradeHeaders } from '../support/raw-http.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { bearer, makeTokenAt, masterToken, statusWith } from '../support/tokens.ts';
import { batchWith, flagLevels, helloWith, WireAgent } from '../support/wire-agent.ts';

type Who = TokenScope | 'operate checkout' | 'operate other';
const everybody: readonly Who[] = [...tokenScopes, 'operate checkout', 'operate other'];

/**
 * Who may ask for what, by hand and not from the code. A route that is not here fails the test: who adds one
 * says here who may use it.
 */
const readers: readonly Who[] = ['read', 'operate', 'admin', 'operate checkout', 'operate other'];
const operators: readonly Who[] = ['operate', 'admin', 'operate checkout'];
const table: Readonly<Record<string, readonly Who[]>> = {
  'get /api/v1/openapi.json': readers,
  'get /api/v1/status': readers,
  'get /api/v1/topology': readers,
  'get /api/v1/services': readers,
  'get /api/v1/resources': readers,
  'get /api/v1/health': readers,
  'get /api/v1/errors': readers,
  'get /api/v1/errors/{fingerprint}': readers,
  'get /api/v1/agents': readers,
  'get /api/v1/live/readers': readers,
  'get /api/v1/flags': readers,
  'get /api/v1/flags/{key}': readers,
  'get /api/v1/events': readers,
  'get /api/v1/events/{event}': readers,
  'get /api/v1/audit': readers,
  'get /api/v1/audit/{entry}': readers,
  'get /api/v1/audit/verify': readers,
  'get /api/v1/resources/{service}/{kind}/{name}': readers,
  'get /api/v1/resources/{service}/{name}': readers,
  'get /api/v1/resources/{service}/{kind}/{name}/series': readers,
  'put /api/v1/flags/{key}/override': operators,
  'delete /api/v1/flags/{key}/override': operators,
  'put /api/v1/resources/{service}/{kind}/{name}/override': operators,
  'delete /api/v1/resources/{service}/{kind}/{name}/override': operators,
  'post /api/v1/ingest': ['ingest', 'admin'],
  'get /api/v1/session': readers,
  'post /api/v1/session': everybody,
  'delete /api/v1/session': readers,
  'post /api/v1/login-codes': readers,
  'post /api/v1/ws-ticket': readers,
  'get /api/v1/tokens': ['admin'],
  'post /api/v1/tokens': ['admin'],
  'delete /api/v1/tokens/{id}': ['admin'],
};
/** What shows its proof in the body. */
const askNobody: readonly string[] = ['post /api/v1/session'];
const sockets: readonly (readonly [path: string, subprotocol: string, readonly Who[]])[] = [
  ['/api/v1/agent', agentSubprotocol, ['ingest', 'admin']],
  ['/api/v1/live', liveSubprotocol, readers],
];
const examples: Readonly<Record<string, string>> = {
  service: 'checkout',
  kind: 'circuit_breaker',
  name: 'payments',
  key: 'reviews',
  id: 'nothing',
  event: 'nothing',
  entry: 'nothing',
  fingerprint: 'nothing',
};

/** The path of an operation, of what the collector of this test knows. */
function filledIn(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => examples[name] ?? '');
}

const scope = scopeOfFile();
const started = start();

async function start(): Promise<{ collector: TestCollector; tokens: ReadonlyMap<Who, string> }> {
  const collector = await startTestCollector(scope, { token: masterToken });
  const agent = await WireAgent.connect(scope, collector.url, bearer(masterToken));
  agent.send(helloWith());
  await agent.next('welcome');
  agent.send(batchWith(1, flagLevels(true)));
  await agent.acknowledged(1);
  const tokens = new Map<Who, string>();
  for (const who of everybody) {
    const [first = '', services] = who.split(' ');
    const of = tokenScopes.find((one) => one === first) ?? 'read';
    const request = { scope: of, name: `for ${who}`, ...(services === undefined ? {} : { services }) };
    tokens.set(who, (await makeTokenAt(collector.url, request)).token);
  }
  return { collector, tokens };
}

test('every route that is described stands in the table', async () => {
  const { collector } = await started;
  const url = `${collector.url}/api/v1/openapi.json`;
  const { paths } = await getJson<{ paths: Record<string, object> }>(url, { headers: bearer(masterToken) });
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(['get /api/v1/openapi.json', ...described].toSorted()).toEqual(Object.keys(table).toSorted());
});

describe.each(Object.entries(table))('%s', (operation, allowed) => {
  test('is open to those of the table and to nobody else', async () => {
    const { collector, tokens } = await started;
    const [method = '', path = ''] = operation.split(' ');
    const url = `${collector.url}${filledIn(path)}`;
    const change = method === 'get' ? {} : { body: {} }; // wrong, so that whoever may ask is told so
    const wrong: unknown[] = [];
    for (const [who, token] of tokens) {
      const status = await statusWith(token, url, { method: method.toUpperCase(), ...change });
      if (allowed.includes(who) === (status === 403) || status === 401) wrong.push({ who, status });
    }
    expect(wrong).toEqual([]);
    const stranger = await fetch(url, { method: method.toUpperCase() });
    expect(stranger.status).toBe(askNobody.includes(operation) ? 415 : 401);
  });
});

test('a browser may ask for what its token may', async () => {
  const { collector, tokens } = await started;
  const wrong: unknown[] = [];
  for (const [who, token] of tokens) {
    if (who === 'ingest') continue; // it cannot log in: it may not read
    for (const [operation, allowed] of Object.entries(table)) {
      const [method = '', path = ''] = operation.split(' ');
      if (path === '/api/v1/login-codes') continue; // for tokens only
      const { cookie, csrf } = await logInAt(collector.url, token); // the operation may log out
      const url = `${collector.url}${filledIn(path)}`;
      const headers = { cookie, 'x-csrf': csrf, 'content-type': 'application/json' };
      const init = method === 'get' ? { headers } : { method, headers, body: '{}' };
      const { status } = await fetch(url, { ...init, method: method.toUpperCase() });
      const isRefused = status === 403 || (status === 401 && !askNobody.includes(operation));
      if (allowed.includes(who) === isRefused) wrong.push({ who, operation, status });
    }
  }
  expect(wrong).toEqual([]);
});

test('the policy agrees with what is written for any principal', () => {
  const services = fc.constantFrom('shop', 'shop-a', 'checkout', 'other');
  const patterns = fc.option(fc.constantFrom('shop', 'shop*', '*', '*out'), { nil: undefined });
  const may: Readonly<Record<Action, readonly Principal['scope'][]>> = {
    log_in: ['none'],
    ingest: ['ingest', 'admin'],
    read: ['read', 'operate', 'admin'],
    operate: ['operate', 'admin'],
    administer: ['admin'],
  };
  const fits: Readonly<Record<string, readonly string[]>> = {
    shop: ['shop'],
    'shop*': ['shop', 'shop-a'],
    '*': ['shop', 'shop-a', 'checkout', 'other'],
    '*out': ['checkout'],
  };
  const principals = fc.record({
    scope: fc.constantFrom<Principal['scope']>('none', ...tokenScopes),
    pattern: patterns,
  });
  const asked = fc.record({
    action: fc.constantFrom(...actions),
    about: fc.array(services, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(principals, asked, ({ scope, pattern }, { action, about }) => {
      const principal: Principal = { scope, ...(pattern === undefined ? {} : { services: pattern }) };
      const isCut = pattern !== undefined && (action === 'ingest' || action === 'operate');
      const reaches = about.length > 0 && about.every((service) => fits[pattern ?? '']?.includes(service));
      expect(permit(principal, action, about).ok).toBe(may[action].includes(scope) && (!isCut || reaches));
    }),
    { numRuns: 2_000 },
  );
});

test.each(sockets)('the socket %s opens for those of the table only', async (path, subprotocol, allowed) => {
  const { collector, tokens } = await started;
  const headers = { Host: `127.0.0.1:${collector.port}`, ...upgradeHeaders(subprotocol) };
  for (const [who, token] of tokens) {
    const Authorization = `Bearer ${token}`;
    const status = await rawStatus(collector.port, getRequest(path, { ...headers, Authorization }));
    expect.soft(status, who).toBe(allowed.includes(who) ? 101 : 403);
  }
  expect(await rawStatus(collector.port, getRequest(path, headers))).toBe(401);
});

test('a token for some services changes nothing that reaches others', async () => {
  const { collector, tokens } = await started;
  const body = { by: 'ann', via: 'api', state: 'forced_open' };
  const path = '/api/v1/resources/other/circuit_breaker/payments/override';
  const of = (who: Who): Promise<number> =>
    statusWith(tokens.get(who) ?? '', `${collector.url}${path}`, { method: 'PUT', body });
  expect(await of('operate checkout')).toBe(403);
  expect(await of('operate other')).toBe(404);
  const unknown = `${collector.url}/api/v1/flags/nothing/override`;
  const act = { method: 'DELETE', body: { by: 'ann', via: 'api' } };
  expect(await statusWith(tokens.get('operate checkout') ?? '', unknown, act)).toBe(403);
});
