import type { ErrorSummary, FleetEvent, ListAnswer, ResilienceEvent, ResourceView } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { batchWith, openedEvent, startAt, WireAgent } from '../support/wire-agent.ts';

async function withEvents(count: number): Promise<string> {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  for (let seq = 1; seq <= count; seq++) {
    const sampled: ResilienceEvent = { kind: 'error.sampled', at: startAt, error };
    agent.send(batchWith(seq, { events: [seq % 10 === 0 ? openedEvent() : sampled] }));
  }
  await agent.acknowledged(count);
  return collector.url;
}

const error: ErrorSummary = { class: 'transient', severity: 'low', fingerprint: '1:x', message: 'reset' };

test('a list shows what its filter lets through', async () => {
  const url = await withEvents(10);
  const shown = async (filter: string): Promise<number> => {
    const { items } = await getJson<ListAnswer<ResourceView>>(
      `${url}/api/v1/resources?filter=${encodeURIComponent(filter)}`,
    );
    return items.length;
  };
  expect(await shown('kind:circuit_breaker svc:checkout')).toBe(1);
  expect(await shown('svc:nobody')).toBe(0);
});

test('pages of filtered events hold each that fits once', async () => {
  const url = await withEvents(100);
  const events: FleetEvent[] = [];
  let cursor: string | undefined;
  do {
    const query = `filter=kind:circuit_breaker.*&limit=3${cursor === undefined ? '' : `&cursor=${cursor}`}`;
    const page = await getJson<ListAnswer<FleetEvent>>(`${url}/api/v1/events?${query}`);
    events.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(events.map(({ event }) => event.kind)).toEqual(Array(10).fill('circuit_breaker.opened'));
  expect(new Set(events.map(({ id }) => id)).size).toBe(10);
});

test('a wrong filter is refused at its character', async () => {
  const url = await withEvents(1);
  const answer = await fetch(`${url}/api/v1/health?filter=${encodeURIComponent('svc:a err>much')}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    field: 'filter',
    detail: '`filter` is wrong at character 11: `err` needs a percentage such as 20, got much',
  });
});

test('services, errors and ways are found by what their breakers are', async () => {
  const scope = scopeOfTest();
  const { url } = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, url);
  const add = [{ kind: 'circuit_breaker', name: 'payments', dependency: 'payments-api' }] as const;
  const times = { firstAt: startAt, lastAt: startAt };
  const seen = { resource: 0, class: 'transient', fingerprint: '1:x', count: 3, ...times } as const;
  agent.send(batchWith(1, { dictionary: { from: 0, add }, events: [openedEvent()], errors: [seen] }));
  await agent.acknowledged(1);
  const count = async (path: string, filter: string): Promise<number | undefined> => {
    const query = `filter=${encodeURIComponent(filter)}`;
    const found = await getJson<Record<string, unknown[]>>(`${url}/api/v1/${path}?${query}`);
    return (found['items'] ?? found['edges'])?.length;
  };
  for (const path of ['services', 'errors', 'topology']) {
    expect(await count(path, 'state:open dep:payments*'), path).toBe(1);
    expect(await count(path, 'state:closed'), path).toBe(0);
    expect(await count(path, '-dep:payments-api'), path).toBe(0);
  }
});

test.each([
  ['services', 'name:x', 1, '`name` is no field of the services'],
  ['errors', 'svc:a err>20', 7, '`err` is no field of the errors'],
  ['health', 'state:opn', 7, '`state` is never opn: did you mean open?'],
  ['topology', 'by:ann', 1, '`by` is no field of the topology'],
  ['events', 'dep:payments', 1, '`dep` is no field of the events'],
])('GET %s refuses %s at character %i', async (path, filter, at, problem) => {
  const url = await withEvents(1);
  const answer = await fetch(`${url}/api/v1/${path}?filter=${encodeURIComponent(filter)}`);
  expect(answer.status).toBe(400);
  const detail = expect.stringContaining(`wrong at character ${at}: ${problem}`) as string;
  expect(await answer.json()).toMatchObject({ field: 'filter', detail });
});
