import type { ErrorTally, ErrorView, ListAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

const second = startAt / 1_000;

/** Two services that see one error, one that also sees another, of the same fingerprint and other class. */
async function withErrors(scope: Scope): Promise<TestCollector> {
  const collector = await startTestCollector(scope);
  for (const service of ['checkout', 'storefront']) {
    const agent = await WireAgent.introduce(scope, collector.url, { service });
    agent.send(
      batchWith(1, {
        events: [{ kind: 'error.sampled', at: startAt, resource: 0, error: summary }],
        errors: [tally('transient', 4)],
        ...rollupsOf({ failure: 9, class_transient: 9 }, { second }),
      }),
    );
    await agent.acknowledged(1);
    if (service === 'checkout') continue;
    await collector.clock.advance(10_000);
    const later = { firstAt: startAt + 9_000, lastAt: startAt + 9_500 };
    agent.send(
      batchWith(2, {
        errors: [tally('critical', 2, later)],
        ...rollupsOf({ failure: 2, class_critical: 2 }, { second: second + 9 }),
      }),
    );
    await agent.acknowledged(2);
  }
  return collector;
}

const summary = {
  class: 'transient',
  severity: 'low',
  fingerprint: '1:a',
  code: 'ECONNRESET',
  why: 'system code ECONNRESET',
  message: 'socket\u001b[31m hang up\u202e for [redacted]',
} as const;

function tally(
  errorClass: 'transient' | 'critical',
  count: number,
  when: Pick<ErrorTally, 'firstAt' | 'lastAt'> = { firstAt: startAt, lastAt: startAt + 900 },
): ErrorTally {
  return { resource: 0, class: errorClass, fingerprint: '1:a', count, ...when };
}

test('errors are listed in groups, filtered and cut into pages', async () => {
  const { url } = await withErrors(scopeOfTest());
  const list = (query = ''): Promise<ListAnswer<ErrorView>> => getJson(`${url}/api/v1/errors?${query}`);
  const rows = ({ items }: ListAnswer<ErrorView>): unknown[] =>
    items.map((one) => [one.class, one.fingerprint, one.total]);
  const all = await list();
  expect(rows(all)).toEqual([
    ['transient', '1:a', 8],
    ['transient', 'at:checkout/circuit_breaker/payments', 5],
    ['transient', 'at:storefront/circuit_breaker/payments', 5],
    ['critical', '1:a', 2],
  ]);
  expect(all.items.find(({ fingerprint, total }) => fingerprint === '1:a' && total === 8)).toMatchObject({
    services: ['checkout', 'storefront'],
    places: [
      { address: 'checkout/circuit_breaker/payments', total: 4 },
      { address: 'storefront/circuit_breaker/payments', total: 4 },
    ],
    firstAt: startAt,
    lastAt: startAt + 900,
    sample: { ...summary, message: 'socket[31m hang up for [redacted]' },
  });
  expect(rows(await list('filter=class:critical'))).toEqual([['critical', '1:a', 2]]);
  const page = await list('limit=3');
  expect(page.items).toHaveLength(3);
  const rest = await list(`limit=3&cursor=${page.nextCursor ?? ''}`);
  expect([...rows(page), ...rows(rest)]).toEqual(rows(all));
});

test('a span shows the errors that were seen in it', async () => {
  const { url } = await withErrors(scopeOfTest());
  const seen = async (query: string): Promise<unknown[]> =>
    (await getJson<ListAnswer<ErrorView>>(`${url}/api/v1/errors?${query}`)).items.map((one) => one.class);
  const later = new Date(startAt + 5_000).toISOString();
  expect(await seen(`since=${later}&filter="1:a"`)).toEqual(['critical']);
  expect(await seen(`until=${startAt + 5_000}&filter="1:a"`)).toEqual(['transient']);
  expect(await seen(`since=${startAt}&until=${later}&filter=class:critical`)).toEqual([]);
});

test('a group is found by its fingerprint, the newest class first', async () => {
  const { url } = await withErrors(scopeOfTest());
  const get = (path: string): Promise<ErrorView> => getJson(`${url}/api/v1/errors/${path}`);
  expect(await get('1:a')).toMatchObject({ class: 'critical', total: 2 });
  expect(await get('1:a?class=transient')).toMatchObject({ class: 'transient', total: 8 });
  const place = encodeURIComponent('at:checkout/circuit_breaker/payments');
  expect(await get(place)).toMatchObject({ class: 'transient', total: 5 });
  for (const resource of ['checkout/payments', 'checkout/circuit_breaker/payments'])
    expect(await get(encodeURIComponent(resource)), resource).toMatchObject({ class: 'transient', total: 5 });
  const before = startAt + 5_000;
  expect(await get(`1:a?at=${before}`)).toMatchObject({ class: 'transient', total: 8, at: before });
  const unknown = await fetch(`${url}/api/v1/errors/1:b`);
  expect(await unknown.json()).toMatchObject({
    status: 404,
    detail: 'no error with the fingerprint "1:b" is known',
    nearest: ['1:a'],
  });
});

test('after a restart the groups are as they were', async () => {
  const scope = scopeOfTest();
  const first = await withErrors(scope);
  const before = await getJson<ListAnswer<ErrorView>>(`${first.url}/api/v1/errors`);
  await first.close();
  const again = await startTestCollector(scope, { dataDir: first.dataDir, clock: first.clock });
  expect(await getJson(`${again.url}/api/v1/errors`)).toEqual(before);
});
