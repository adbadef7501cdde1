import { describe, expect, test } from 'vitest';
import { Check } from 'typebox/value';
import { createComponents } from '../../../collector/src/server/schemas.ts';
import { getJson, sendJson } from '../../support/http.ts';
import { scopeOfFile } from '../../support/scope.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, flagLevels, openedEvent, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[];
  readonly requestBody?: unknown;
  readonly responses: { readonly 200: { readonly content: Record<string, { readonly schema: object }> } };
}

const scope = scopeOfFile();
const started = start();

/** A fleet in which every field of every answer is in use somewhere. */
async function start(): Promise<TestCollector> {
  const collector = await startTestCollector(scope);
  const tags = { zone: 'a' };
  const agent = await WireAgent.introduce(scope, collector.url, {
    version: '1.2.3',
    environment: 'test',
    tags,
  });
  const error = {
    class: 'transient',
    severity: 'low',
    fingerprint: 'f',
    message: 'm',
    code: 'c',
    why: 'w',
  } as const;
  const add = [
    {
      kind: 'circuit_breaker' as const,
      name: 'payments',
      dependency: 'payments-api',
      pipeline: 'p',
      config: { x: 1 },
    },
    { kind: 'health_check' as const, name: 'database' },
  ];
  const { levels } = flagLevels(true, { cause: 'a cause' });
  const health = [
    {
      resource: 1,
      status: 'down' as const,
      kind: 'readiness' as const,
      critical: true,
      sinceAt: startAt,
      message: 'm',
    },
  ];
  agent.send(
    batchWith(1, {
      dictionary: { from: 0, add },
      ...(levels === undefined ? {} : { levels: { ...levels, health } }),
    }),
  );
  const counts = { success: 5, failure: 3, class_transient: 3, retries: 2, slow: 1 };
  const opened = { ...openedEvent(), error } as never;
  const sampled = { kind: 'error.sampled', at: startAt, resource: 0, error } as const;
  const dropped = { 'sample/queue_overflow': 3 };
  agent.send(batchWith(2, { ...rollupsOf(counts), events: [opened, sampled], errors: [tally], dropped }));
  agent.send({ type: 'applied', version: 0, problems: [{ target: 'reviews', problem: 'is a number' }] });
  await agent.acknowledged(2);
  const act = { by: 'ann', via: 'cli' };
  const resource = `${collector.url}/api/v1/resources/checkout/circuit_breaker/payments`;
  await sendJson('PUT', `${collector.url}/api/v1/flags/reviews/override`, { ...act, value: false });
  await sendJson('PUT', `${resource}/override`, { ...act, state: 'forced_open', instance: 'a' });
  const token = { scope: 'ingest', name: 'checkout', services: 'checkout', by: 'ann', via: 'cli' };
  await sendJson('POST', `${collector.url}/api/v1/tokens`, token);
  await collector.clock.advance(2_000);
  return collector;
}

const tally = {
  resource: 0,
  class: 'transient',
  fingerprint: 'f',
  count: 3,
  firstAt: startAt,
  lastAt: startAt,
} as const;

const examples: Readonly<Record<string, string>> = {
  service: 'checkout',
  kind: 'circuit_breaker',
  name: 'payments',
  key: 'reviews',
  fingerprint: 'f',
  event: '1.0',
  entry: '5',
};

test('describes every operation with its parameters', async () => {
  const { paths, components } = await getJson<Description>(`${(await started).url}/api/v1/openapi.json`);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  expect(operations.sort()).toMatchInlineSnapshot(`
    [
      "delete /api/v1/flags/{key}/override",
      "delete /api/v1/resources/{service}/{kind}/{name}/override",
      "delete /api/v1/session",
      "delete /api/v1/tokens/{id}",
      "get /api/v1/agents",
      "get /api/v1/audit",
      "get /api/v1/audit/verify",
      "get /api/v1/audit/{entry}",
      "get /api/v1/errors",
      "get /api/v1/errors/{fingerprint}",
      "get /api/v1/events",
      "get /api/v1/events/{event}",
      "get /api/v1/flags",
      "get /api/v1/flags/{key}",
      "get /api/v1/health",
      "get /api/v1/live/readers",
      "get /api/v1/resources",
      "get /api/v1/resources/{service}/{kind}/{name}",
      "get /api/v1/resources/{service}/{kind}/{name}/series",
      "get /api/v1/resources/{service}/{name}",
      "get /api/v1/services",
      "get /api/v1/session",
      "get /api/v1/status",
      "get /api/v1/tokens",
      "get /api/v1/topology",
      "post /api/v1/ingest",
      "post /api/v1/login-codes",
      "post /api/v1/session",
      "post /api/v1/tokens",
      "post /api/v1/ws-ticket",
      "put /api/v1/flags/{key}/override",
      "put /api/v1/resources/{service}/{kind}/{name}/override",
    ]
  `);
  for (const [path, methods] of Object.entries(paths)) {
    for (const operation of Object.values(methods)) {
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`).every((name) => path.includes(name))).toBe(true);
    }
  }
  const names = JSON.stringify({ paths, components }).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  for (const [, name = ''] of names) expect(components.schemas).toHaveProperty(name);
});

describe('an answer is as described', async () => {
  const { paths } = await getJson<Description>(`${(await started).url}/api/v1/openapi.json`);
  const reads = Object.entries(paths).filter(([, methods]) => 'get' in methods);

  test.each(reads.map(([path]) => path))('of GET %s', async (path) => {
    const { url } = await started;
    const answer = await getJson<object>(
      `${url}${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => examples[name] ?? '')}`,
    );
    const schema = paths[path]?.['get']?.responses[200].content['application/json']?.schema ?? {};
    const local: object = JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', ''));
    expect(Check(createComponents(), local, answer)).toBe(true);
    expect('items' in answer ? answer.items : [answer]).not.toEqual([]);
  });
});
