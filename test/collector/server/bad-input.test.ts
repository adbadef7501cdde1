import type { Problem } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { scopeOfFile } from '../../support/scope.ts';
import { rawStatus } from '../support/raw-http.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { batchWith, flagLevels, WireAgent } from '../support/wire-agent.ts';

const scope = scopeOfFile();
const started = startTestCollector(scope).then(async (collector) => {
  const agent = await WireAgent.introduce(scope, collector.url);
  agent.send(batchWith(1, flagLevels(true)));
  await agent.acknowledged(1);
  return collector;
});

interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly text?: string;
  readonly type?: string;
}

async function problem(path: string, asked: Asked = {}): Promise<Problem & { readonly media: string }> {
  const { url } = await started;
  const body = asked.text ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body));
  const answer = await fetch(`${url}${path}`, {
    method: asked.method ?? 'GET',
    ...(body === undefined ? {} : { body }),
    headers: body === undefined ? {} : { 'content-type': asked.type ?? 'application/json' },
  });
  const parsed = (await answer.json()) as Problem; // the assertions check what of it matters
  return { ...parsed, media: answer.headers.get('content-type') ?? '' };
}

const flag = '/api/v1/flags/reviews/override';
const breaker = '/api/v1/resources/checkout/circuit_breaker/payments/override';
const by = { by: 'ann', via: 'cli' };

describe('the detail names what is wrong', () => {
  const cases: [string, string, Asked, Partial<Problem>][] = [
    ['a limit that is text', '/api/v1/events?limit=many', {}, { status: 400, field: 'limit' }],
    ['a limit of zero', '/api/v1/events?limit=0', {}, { status: 400, field: 'limit' }],
    ['a limit twice', '/api/v1/events?limit=1&limit=2', {}, { status: 400, field: 'limit' }],
    ['an unknown parameter', '/api/v1/events?limits=1', {}, { status: 400, field: 'limits' }],
    ['a wrong cursor', '/api/v1/events?cursor=../..', {}, { status: 400, field: 'cursor' }],
    ['a wrong cursor of a list', '/api/v1/flags?cursor=x', {}, { status: 400, field: 'cursor' }],
    ['a moment before time', '/api/v1/events?since=-5', {}, { status: 400, field: 'since' }],
    ['a span that ends first', '/api/v1/events?since=5&until=1', {}, { status: 400, field: 'since' }],
    [
      'a span of errors that ends first',
      '/api/v1/errors?since=5&until=1',
      {},
      { status: 400, field: 'since' },
    ],
    ['an end that is no time', '/api/v1/audit?until=noon', {}, { status: 400, field: 'until' }],
    ['a span where there is none', '/api/v1/flags?since=5', {}, { status: 400, field: 'since' }],
    ['a WebSocket that is asked plainly', '/api/v1/live', {}, { status: 426 }],
    ['an unknown kind', '/api/v1/resources?kind=fuse', {}, { status: 400, field: 'kind' }],
    ['an unknown kind in a path', '/api/v1/resources/checkout/fuse/x', {}, { status: 400, field: 'kind' }],
    ['an unknown flag', '/api/v1/flags/review', {}, { status: 404, nearest: ['reviews'] }],
    [
      'an unknown breaker',
      '/api/v1/resources/checkout/payment',
      {},
      { status: 404, nearest: ['checkout/circuit_breaker/payments'] },
    ],
    ['an unknown path', '/api/v1/flag', {}, { status: 404 }],
    ['a wrong method', '/api/v1/flags', { method: 'POST', body: {} }, { status: 405 }],
    ['no content type', flag, { method: 'PUT', text: '{}', type: 'text/plain' }, { status: 415 }],
    ['no JSON', flag, { method: 'PUT', text: '{"value":' }, { status: 400 }],
    ['a body that is a list', flag, { method: 'PUT', body: [] }, { status: 400 }],
    ['a body too large', flag, { method: 'PUT', text: `"${'x'.repeat(20_000)}"` }, { status: 413 }],
    ['a body too deep', flag, { method: 'PUT', text: '['.repeat(5_000) }, { status: 400 }],
    ['no value', flag, { method: 'PUT', body: by }, { status: 400, field: 'value' }],
    [
      'a value of null',
      flag,
      { method: 'PUT', body: { ...by, value: null } },
      { status: 400, field: 'value' },
    ],
    [
      'a value of another type',
      flag,
      { method: 'PUT', body: { ...by, value: 'no' } },
      { status: 400, field: 'value' },
    ],
    ['no author', flag, { method: 'PUT', body: { value: false, via: 'cli' } }, { status: 400, field: 'by' }],
    [
      'an unknown surface',
      flag,
      { method: 'PUT', body: { ...by, value: false, via: 'fax' } },
      { status: 400, field: 'via' },
    ],
    [
      'the collector as author',
      flag,
      { method: 'PUT', body: { ...by, value: false, via: 'collector' } },
      { status: 400, field: 'via' },
    ],
    [
      'a reason with an escape',
      flag,
      { method: 'PUT', body: { ...by, value: false, reason: '\u001b[2J' } },
      { status: 400, field: 'reason' },
    ],
    [
      'half a second',
      flag,
      { method: 'PUT', body: { ...by, value: false, forMs: 500 } },
      { status: 400, field: 'forMs' },
    ],
    [
      'a year',
      flag,
      { method: 'PUT', body: { ...by, value: false, forMs: 3e10 } },
      { status: 400, field: 'forMs' },
    ],
    [
      'an unknown field',
      flag,
      { method: 'PUT', body: { ...by, value: false, until: 5 } },
      { status: 400, field: 'until' },
    ],
    ['a flag without override', flag, { method: 'DELETE', body: by }, { status: 409 }],
    [
      'an unknown state',
      breaker,
      { method: 'PUT', body: { ...by, state: 'ajar' } },
      { status: 400, field: 'state' },
    ],
    [
      'an unknown instance',
      breaker,
      { method: 'PUT', body: { ...by, state: 'disabled', instance: 'z' } },
      { status: 404 },
    ],
    ['a breaker without override', breaker, { method: 'DELETE', body: by }, { status: 409 }],
    [
      'an empty range',
      '/api/v1/resources/checkout/circuit_breaker/payments/series?since=9&until=5',
      {},
      { status: 400, field: 'since' },
    ],
    [
      'too many points',
      '/api/v1/resources/checkout/circuit_breaker/payments/series?points=9999',
      {},
      { status: 400, field: 'points' },
    ],
  ];

  test.each(cases)('%s', async (_name, path, asked, expected) => {
    const answer = await problem(path, asked);
    expect(answer).toMatchObject({ ...expected, media: 'application/problem+json' });
    expect(answer.detail).toContain(expected.field ?? '');
  });
});

test('no bytes make it answer 500', async () => {
  const { port } = await started;
  const paths = [
    '//',
    '/%',
    '/%zz',
    '/%00',
    '/api/v1/flags/%',
    '/api/v1/flags/%00',
    '/api/v1/flags/__proto__',
    '/api/v1/resources/%2e%2e/x',
    '/api/v1/events?limit=%',
    '/api/v1/events?limit[]=1',
    '/api/v1/events?__proto__=1',
    '/api/v1/events?since=1e400',
    `/api/v1/${'a/'.repeat(2_000)}`,
    'http://evil.example/api/v1/status',
    '*',
    '/api/v1/resources/a/circuit_breaker/b/series?since=0&until=8640000000000000&points=2',
    '/api/v1/resources/checkout/circuit_breaker/payments/series?since=0&until=8640000000000000',
    '/api/v1/flags/\u00e9\u00ff',
  ];
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY', 'BREW'];
  const bodies = [
    '',
    '{}',
    '[]',
    'null',
    '"',
    '\u0000',
    '{"__proto__":{"value":true}}',
    '{"value":{"a":[[[]]]}}',
  ];
  const failed: string[] = [];
  const attempts = [
    ...methods.flatMap((method) => paths.map((path) => ({ method, path, body: '' }))),
    ...bodies.flatMap((body) =>
      ['PUT', 'DELETE'].flatMap((method) => [flag, breaker].map((path) => ({ method, path, body }))),
    ),
  ];
  for (const { method, path, body } of attempts) {
    const type = 'Content-Type: application/json';
    const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${type}\r\n`;
    const status = await rawStatus(port, `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    if (status >= 500) failed.push(`${status} ${method} ${path} ${body}`);
  }
  expect(failed).toEqual([]);
  expect((await started).said.filter((line) => line.startsWith('error'))).toEqual([]);
});
