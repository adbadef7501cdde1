import type { AuditEntry, ListAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { rawStatus } from '../support/raw-http.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { batchWith, flagLevels, WireAgent } from '../support/wire-agent.ts';

const changes: readonly (readonly [method: string, path: string, body: object])[] = [
  ['PUT', '/api/v1/flags/reviews/override', { value: false }],
  ['DELETE', '/api/v1/flags/reviews/override', {}],
  ['PUT', '/api/v1/resources/checkout/circuit_breaker/payments/override', { state: 'forced_open' }],
  ['DELETE', '/api/v1/resources/checkout/circuit_breaker/payments/override', {}],
  ['POST', '/api/v1/tokens', { scope: 'admin', name: 'evil' }],
  ['DELETE', '/api/v1/tokens/any', {}],
];
const foreign = ['http://evil.example', 'https://127.0.0.1.evil.example', 'http://localhost', 'null'];
/** What a form, or a script without leave, can send; and none at all. */
const simple = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  undefined,
];
const trick = 'text/plain; application/json';

/** A request as a browser would make it for a page: byte for byte, with its body. */
function requestOf(of: {
  readonly method: string;
  readonly path: string;
  readonly body: object;
  readonly headers: Readonly<Record<string, string | undefined>>;
}): string {
  const text = JSON.stringify({ by: 'eve', via: 'web', ...of.body });
  const headers = { ...of.headers, 'Content-Length': `${text.length}` };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}`,
  );
  return [`${of.method} ${of.path} HTTP/1.1`, ...lines, '', text].join('\r\n');
}

test('a page of another site changes nothing, however it asks', async () => {
  const scope = scopeOfTest();
  const { url, port } = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, url);
  agent.send(batchWith(1, flagLevels(true)));
  await agent.acknowledged(1);
  const Host = `127.0.0.1:${port}`;
  const wrong: unknown[] = [];
  for (const [method, path, body] of changes) {
    const ask = (headers: Readonly<Record<string, string | undefined>>): Promise<number> =>
      rawStatus(port, requestOf({ method, path, body, headers: { Host, ...headers } }));
    for (const Origin of foreign) {
      for (const type of ['application/json', ...simple]) {
        wrong.push(
          ...unless(403, await ask({ Origin, 'Content-Type': type }), { method, path, Origin, type }),
        );
      }
    }
    for (const type of [...simple, trick]) {
      wrong.push(...unless(415, await ask({ 'Content-Type': type }), { method, path, type }));
    }
    const rebound = await ask({ Host: `evil.example:${port}`, 'Content-Type': 'application/json' });
    const headers = { Host, Origin: 'http://evil.example' };
    const preflight = await rawStatus(port, requestOf({ method: 'OPTIONS', path, body, headers }));
    wrong.push(...unless(403, rebound, { path, rebound }), ...unless(403, preflight, { path, preflight }));
  }
  expect(wrong).toEqual([]);
  expect((await getJson<ListAnswer<AuditEntry>>(`${url}/api/v1/audit`)).items).toEqual([]);
});

/** What was asked, where the answer is not the expected one. */
function unless(expected: number, status: number, asked: object): object[] {
  return status === expected ? [] : [{ ...asked, status }];
}
