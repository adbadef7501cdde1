import type {
  AgentView,
  FleetEvent,
  ListAnswer,
  ResourceAnswer,
  ResourceView,
  StatusView,
  TopologyView,
} from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, flagLevels, openedEvent, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

const openedAt = startAt + 20_000;

/** A breaker that counts ten calls in second 9 and opens at second 20; then all is quiet. */
async function withOutage(scope: Scope): Promise<TestCollector> {
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const at = (seconds: number): Promise<void> =>
    collector.clock.advance(startAt + seconds * 1_000 - collector.clock.now());
  agent.send(batchWith(1, flagLevels(true)));
  await agent.acknowledged(1);
  await at(10);
  agent.send(batchWith(2, rollupsOf({ success: 10 }, { second: startAt / 1_000 + 9 })));
  await agent.acknowledged(2);
  await at(20);
  agent.send(
    batchWith(3, {
      events: [openedEvent(openedAt)],
      ...rollupsOf({ failure: 4 }, { second: openedAt / 1_000 - 1 }),
    }),
  );
  await agent.acknowledged(3);
  await at(28); // short of the collector's patience with a silent agent
  agent.send({ type: 'ping', sentAt: startAt });
  await agent.next('pong');
  await at(50);
  return collector;
}

test('status, lists and single things can be asked of a past moment', async () => {
  const { url } = await withOutage(scopeOfTest());
  const before = openedAt - 1;
  const status = (at: number | string): Promise<StatusView> => getJson(`${url}/api/v1/status?at=${at}`);
  expect(await status(before)).toMatchObject({ openCount: 0, at: before });
  expect(await status(openedAt)).toMatchObject({ openCount: 1, sinceAt: openedAt, at: openedAt });
  expect(await status(new Date(before).toISOString())).toMatchObject({ openCount: 0, at: before });
  expect(await getJson(`${url}/api/v1/status`)).not.toHaveProperty('at');

  const list = `${url}/api/v1/resources?at=${startAt + 15_000}&filter=state:closed`;
  const { items, at } = await getJson<ListAnswer<ResourceView>>(list);
  expect(at).toBe(startAt + 15_000);
  expect(items[0]).toMatchObject({ breaker: { state: 'closed' }, rates: { callsPerSecond: 1 } });

  const one = await getJson<ResourceAnswer>(
    `${url}/api/v1/resources/checkout/payments?at=${startAt + 15_000}`,
  );
  expect(one).toMatchObject({ breaker: { state: 'closed' }, totals: { success: 10, failure: 0 } });
  const now = await getJson<ResourceAnswer>(`${url}/api/v1/resources/checkout/payments`);
  expect(now).toMatchObject({ breaker: { state: 'open' }, totals: { success: 10, failure: 4 } });

  for (const noun of ['services', 'errors', 'flags', 'health', 'agents']) {
    expect(await getJson(`${url}/api/v1/${noun}?at=${before}`)).toMatchObject({ at: before });
  }
  const agents = await getJson<ListAnswer<AgentView>>(`${url}/api/v1/agents?at=${before}`);
  expect(agents.items[0]).toMatchObject({ connected: true, lastSeenAt: startAt + 10_000 });
});

test('health, agents and topology are those of the moment', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url, { version: '1.0.0' });
  const add = [
    { kind: 'circuit_breaker', name: 'payments', dependency: 'payments-api' },
    { kind: 'health_check', name: 'database' },
  ] as const;
  const check = { resource: 1, kind: 'readiness', critical: true, sinceAt: startAt } as const;
  const closed = { resource: 0, state: 'closed', sinceAt: startAt } as const;
  const levels = { complete: true, breakers: [closed], flags: [] };
  const health = [{ ...check, status: 'up' as const }];
  agent.send(batchWith(1, { dictionary: { from: 0, add }, levels: { ...levels, health } }));
  await agent.acknowledged(1);
  await collector.clock.advance(10_000);
  const failed = { kind: 'health_check.changed', resource: 1, from: 'up', to: 'down' } as const;
  agent.send(batchWith(2, { events: [{ ...failed, at: startAt + 10_000 }, openedEvent(startAt + 10_000)] }));
  agent.send(batchWith(3, rollupsOf({ success: 20 }, { second: startAt / 1_000 + 9 })));
  await agent.acknowledged(3);
  await collector.clock.advance(5_000);
  await WireAgent.introduce(scope, collector.url, { service: 'stock' });
  await collector.clock.advance(1_000);

  const of = async (noun: string, at: number): Promise<unknown> => {
    const answer = await getJson<Record<string, unknown>>(`${collector.url}/api/v1/${noun}?at=${at}`);
    expect(answer['at'], noun).toBe(at);
    return answer['items'] ?? answer['edges'];
  };
  const [before, after, last] = [startAt + 5_000, startAt + 11_000, startAt + 16_000];
  expect(await of('health', before)).toMatchObject([{ health: { status: 'up', sinceAt: startAt } }]);
  expect(await of('health', after)).toMatchObject([
    { health: { status: 'down', sinceAt: startAt + 10_000 } },
  ]);
  expect(await of('agents', after)).toMatchObject([{ service: 'checkout', version: '1.0.0' }]);
  expect(await of('agents', last)).toMatchObject([{ service: 'checkout' }, { service: 'stock' }]);
  expect(await of('topology', before)).toMatchObject([
    { state: 'closed', policies: [{ callsPerSecond: 0 }] },
  ]);
  expect(await of('topology', after)).toMatchObject([{ state: 'open', policies: [{ callsPerSecond: 2 }] }]);
  const whole = await getJson<TopologyView>(`${collector.url}/api/v1/topology?at=${after}`);
  expect(whole.services).toEqual(['checkout']);
});

test('events end at the moment that was asked for', async () => {
  const { url } = await withOutage(scopeOfTest());
  const kinds = async (query: string): Promise<string[]> => {
    const { items } = await getJson<ListAnswer<FleetEvent>>(`${url}/api/v1/events?${query}`);
    return items.map(({ event }) => event.kind);
  };
  expect(await kinds(`at=${openedAt}`)).toEqual(['circuit_breaker.opened', 'agent.connected']);
  expect(await kinds(`at=${openedAt - 1}`)).toEqual(['agent.connected']);
  expect(await kinds(`until=${openedAt - 1}`)).toEqual(['agent.connected']);
});

test.each([
  ['yesterday', /must be epoch milliseconds or a time such as 2026-01-31T14:30:00Z, got "yesterday"/],
  ['2026-05-28', /must be epoch milliseconds or a time/],
  ['99999999999999999', /must be epoch milliseconds/],
  [`${startAt + 51_000}`, /must not be in the future: it is 2026-\S+Z, got 2026-\S+Z/],
  [`${startAt - 1}`, /must not be before 2026-\S+Z, when what is kept of the log begins/],
])('at=%s is refused', async (at, says) => {
  const { url } = await withOutage(scopeOfTest());
  const answer = await fetch(`${url}/api/v1/status?at=${encodeURIComponent(at)}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ field: 'at', detail: expect.stringMatching(says) as string });
});

test('nothing can be told of the past of an empty log', async () => {
  const { url } = await startTestCollector(scopeOfTest());
  const answer = await fetch(`${url}/api/v1/resources?at=${startAt}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    detail: '`at` cannot be answered yet: nothing has been logged',
  });
});
