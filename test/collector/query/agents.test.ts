import type { AgentView, FleetEvent, ListAnswer, SetFlagRequest, StatusView } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, flagLevels, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

const second = startAt / 1_000;

async function agentOf({ url }: Pick<TestCollector, 'url'>, at?: number): Promise<AgentView | undefined> {
  const query = at === undefined ? '' : `?at=${at}`;
  const { items } = await getJson<ListAnswer<AgentView>>(`${url}/api/v1/agents${query}`);
  return items[0];
}

test('an agent that catches up shows how far it is behind', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  await collector.clock.advance(300_000);
  const agent = await WireAgent.introduce(scope, collector.url, { sentAt: collector.clock.now() });
  agent.send(batchWith(1, rollupsOf({ success: 1 }, { second: second + 59 })));
  await agent.acknowledged(1);
  expect(await agentOf(collector)).toMatchObject({ lagMs: 240_000 });
  agent.send(batchWith(2, rollupsOf({ success: 1 }, { second: second + 299 })));
  await agent.acknowledged(2);
  expect(await agentOf(collector)).toMatchObject({ lagMs: 0 });
});

test('a clock that is off is no lag, but skew', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url, { sentAt: startAt - 3_600_000 });
  agent.send(batchWith(1, rollupsOf({ success: 1 }, { second: second - 3_601 })));
  await agent.acknowledged(1);
  expect(await agentOf(collector)).toMatchObject({ lagMs: 0, clockOffsetMs: 3_600_000 });
});

test('what was dropped is told by what and why', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const dropped = { 'sample/queue_overflow': 5, 'resource/limit': 2 };
  agent.send(batchWith(1, { dropped }));
  await agent.acknowledged(1);
  expect(await agentOf(collector)).toMatchObject({ droppedCount: 7, dropped });
});

test('a run that ends without a good-bye is marked for good', async () => {
  const scope = scopeOfTest();
  const first = await startTestCollector(scope);
  const isLost = (): Promise<true | undefined> =>
    agentOf(first).then((agent) => (agent?.connected === false ? true : undefined));
  const agent = await WireAgent.introduce(scope, first.url);
  expect(await agentOf(first)).toMatchObject({ connected: true, uncleanEndCount: 0 });
  agent.terminate();
  await waitFor(isLost, { what: 'the end to be seen', withinMs: 30_000 });
  expect(await agentOf(first)).toMatchObject({ uncleanEndCount: 1, lastUncleanEndAt: startAt });

  const again = await WireAgent.introduce(scope, first.url); // only its line was cut
  expect(await agentOf(first)).toMatchObject({ connected: true, uncleanEndCount: 0 });
  again.terminate();
  await waitFor(isLost, { what: 'the second end to be seen', withinMs: 30_000 });
  await WireAgent.introduce(scope, first.url, { epoch: 'next' });
  expect(await agentOf(first)).toMatchObject({ connected: true, uncleanEndCount: 1 });

  await first.close();
  const { dataDir, clock } = first;
  const second = await startTestCollector(scope, { dataDir, clock });
  await WireAgent.introduce(scope, second.url, { epoch: 'third' });
  // How the second run ended nobody knows: the collector was gone.
  expect(await agentOf(second)).toMatchObject({ uncleanEndCount: 1, lastUncleanEndAt: startAt });
});

test('a collector that was gone itself awaits its agents for a minute', async () => {
  const scope = scopeOfTest();
  const first = await startTestCollector(scope);
  for (const instance of ['back', 'gone']) await WireAgent.introduce(scope, first.url, { instance });
  await first.close();
  const { dataDir, clock } = first;
  const next = await startTestCollector(scope, { dataDir, clock });
  const status = (): Promise<StatusView> => getJson(`${next.url}/api/v1/status`);
  const agents = async (): Promise<readonly AgentView[]> =>
    (await getJson<ListAnswer<AgentView>>(`${next.url}/api/v1/agents`)).items;
  const awaited = { connected: false, awaited: true, uncleanEndCount: 0 };
  expect(await agents()).toMatchObject([awaited, awaited]);
  expect(await status()).toMatchObject({
    level: 'degraded',
    sentence: '2 instances awaited: checkout@back, checkout@gone',
    lostAgents: [],
  });

  await clock.advance(40_000);
  await WireAgent.introduce(scope, next.url, { instance: 'back' });
  expect(await agents()).toMatchObject([{ connected: true, uncleanEndCount: 0 }, awaited]);
  expect((await status()).sentence).toMatch(
    /^All well: .* in 1 instance · 1 instance awaited: checkout@gone$/,
  );

  await clock.advance(21_000);
  const lost = await waitFor(async () => ((await status()).lostAgents.length > 0 ? status() : undefined), {
    what: 'the end of the waiting',
    withinMs: 30_000,
  });
  expect(lost).toMatchObject({ lostAgents: ['checkout@gone'], awaitedAgents: [] });
  const { items } = await getJson<ListAnswer<FleetEvent>>(`${next.url}/api/v1/events`);
  const kindsOf = (name: string): string[] =>
    items.filter(({ instance }) => instance === name).map(({ event }) => event.kind);
  expect(kindsOf('back')).toEqual(['agent.connected', 'agent.awaited', 'agent.connected']);
  expect(kindsOf('gone')).toEqual(['agent.lost', 'agent.awaited', 'agent.connected']);
  expect((await agents())[1]).toMatchObject({ connected: false, uncleanEndCount: 0 });
});

test('the applied version stands beside the present one, with what failed', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  agent.send(batchWith(1, flagLevels(true)));
  await agent.acknowledged(1);
  const body: SetFlagRequest = { value: false, by: 'ada', via: 'api', reason: 'a try' };
  const set = await fetch(`${collector.url}/api/v1/flags/reviews/override`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(set.status).toBe(200);
  expect(await agentOf(collector)).toMatchObject({ appliedVersion: 0, desiredVersion: 1 });
  await collector.clock.advance(1_000);
  const problems = [{ target: 'reviews', problem: 'is a number' }];
  agent.send({ type: 'applied', version: 1, problems });
  const applied = { appliedVersion: 1, desiredVersion: 1, problems };
  await waitFor(async () => ((await agentOf(collector))?.appliedVersion === 1 ? true : undefined), {
    what: 'the version to be applied',
    withinMs: 30_000,
  });
  expect(await agentOf(collector)).toMatchObject(applied);
  await collector.clock.advance(20_000);
  expect(await agentOf(collector, startAt + 500)).toMatchObject({ appliedVersion: 0, desiredVersion: 1 });
  expect(await agentOf(collector, startAt + 2_000)).toMatchObject(applied);
});
