import type { Batch, ResilienceEvent, SeriesAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, openedEvent, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

const hourMs = 3_600_000;

function seriesOf({ url }: Pick<TestCollector, 'url'>, query: string): Promise<SeriesAnswer> {
  return getJson(`${url}/api/v1/resources/checkout/circuit_breaker/payments/series?${query}`);
}

function closedEvent(at: number): ResilienceEvent {
  const change = { from: 'open', to: 'closed', cause: 'probes_succeeded', callCount: 5 } as const;
  return { kind: 'circuit_breaker.closed', at, resource: 0, ...change };
}

const levels: NonNullable<Batch['levels']> = {
  complete: true,
  breakers: [{ resource: 0, state: 'closed', sinceAt: startAt - 60_000 }],
  health: [],
  flags: [],
};

test('every outcome and every class of error has its column', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const counts = {
    success: 1,
    failure: 2,
    timeout: 3,
    rejected: 4,
    ignored: 5,
    cancelled: 6,
    slow: 7,
    late: 8,
  };
  agent.send(batchWith(1, rollupsOf({ ...counts, class_transient: 2, class_critical: 3 })));
  await agent.acknowledged(1);
  const answer = await seriesOf(collector, `since=${startAt}&until=${startAt + 10_000}&step=10`);
  expect(answer).toMatchObject({ stepSeconds: 10, at: [startAt], errors: { transient: [2], critical: [3] } });
  const columns = Object.keys(counts) as (keyof typeof counts)[];
  expect(Object.fromEntries(columns.map((name) => [name, answer[name][0]]))).toEqual(counts);
  expect(Object.keys(answer.errors)).toHaveLength(2);
});

test('a step is the next that fits what is asked', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  agent.send(batchWith(1, rollupsOf({ success: 9 })));
  await agent.acknowledged(1);
  const hour = `since=${startAt - hourMs}&until=${startAt + 60_000}`;
  for (const [step, given] of [
    [2, 2],
    [7, 10],
    [60, 60],
    [90, 120],
    [3_600, 3_600],
  ]) {
    const { stepSeconds, success } = await seriesOf(collector, `${hour}&step=${step}`);
    expect({ stepSeconds, sum: success.reduce((a, b) => a + b, 0) }).toEqual({ stepSeconds: given, sum: 9 });
  }
  for (const [query, says] of [
    ['step=1', '`step` must be at least 2 s for this range, got 1'],
    ['step=10&points=9', '`step` and `points` exclude each other'],
  ]) {
    const path = `resources/checkout/circuit_breaker/payments/series?${hour}&${query}`;
    const answer = await fetch(`${collector.url}/api/v1/${path}`);
    expect(await answer.json()).toMatchObject({ status: 400, field: 'step', detail: says });
  }
});

test('a lane shows a state of 40 ms in a year', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url, { startedAt: startAt - hourMs });
  const events = [openedEvent(startAt + 1_000), closedEvent(startAt + 1_040)];
  agent.send(batchWith(1, { levels, events }));
  await agent.acknowledged(1);
  await collector.clock.advance(5_000);
  const since = startAt - 365 * 24 * hourMs;
  const segments = [
    { state: 'closed', from: startAt - hourMs, until: startAt + 1_000 },
    { state: 'open', from: startAt + 1_000, until: startAt + 1_040 },
    { state: 'closed', from: startAt + 1_040, until: startAt + 5_000 },
  ];
  const { lanes } = await seriesOf(collector, `since=${since}&until=${startAt + 5_000}`);
  expect(lanes).toEqual([{ instance: 'a', segments }]);
  const within = await seriesOf(collector, `since=${startAt + 1_010}&until=${startAt + 1_020}`);
  expect(within.lanes[0]?.segments).toEqual([
    { state: 'open', from: startAt + 1_010, until: startAt + 1_020 },
  ]);
  const after = await seriesOf(collector, `since=${startAt + 2_000}&until=${startAt + 3_000}`);
  expect(after.lanes[0]?.segments).toEqual([
    { state: 'closed', from: startAt + 2_000, until: startAt + 3_000 },
  ]);
});

test('a lane has a gap while its instance was lost', async () => {
  const scope = scopeOfTest();
  const first = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, first.url, { startedAt: startAt });
  agent.send(batchWith(1, { levels, events: [openedEvent(startAt)] }));
  await agent.acknowledged(1);
  await first.clock.advance(1_000);
  agent.terminate();
  const lost = async (): Promise<true | undefined> => {
    const { items } = await getJson<{ items: { connected: boolean }[] }>(`${first.url}/api/v1/agents`);
    return items[0]?.connected === false ? true : undefined;
  };
  await waitFor(lost, { what: 'the end to be seen', withinMs: 30_000 });
  await first.clock.advance(2_000);
  const again = await WireAgent.introduce(scope, first.url, {
    startedAt: startAt,
    sentAt: first.clock.now(),
    first: 2,
    next: 2,
  });
  again.send(batchWith(2, { events: [closedEvent(startAt + 3_500)] }));
  await again.acknowledged(2);
  await first.clock.advance(2_000);
  const query = `since=${startAt}&until=${startAt + 5_000}`;
  const segments = [
    { state: 'open', from: startAt, until: startAt + 1_000 },
    { state: 'open', from: startAt + 3_000, until: startAt + 3_500 },
    { state: 'closed', from: startAt + 3_500, until: startAt + 5_000 },
  ];
  expect((await seriesOf(first, query)).lanes).toEqual([{ instance: 'a', segments }]);
  expect((await seriesOf(first, `since=${startAt + 100}&until=${startAt + 200}`)).lanes).toEqual([
    { instance: 'a', segments: [{ state: 'open', from: startAt + 100, until: startAt + 200 }] },
  ]);
  await first.close();
  const second = await startTestCollector(scope, { dataDir: first.dataDir, clock: first.clock });
  expect((await seriesOf(second, query)).lanes).toEqual([{ instance: 'a', segments }]);
});

test('changes that were summed up are told as such, with their count', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url, { startedAt: startAt });
  const summary = {
    kind: 'circuit_breaker.summarised',
    at: startAt + 3_000,
    resource: 0,
    edges: [
      { from: 'open', to: 'closed', count: 20 },
      { from: 'closed', to: 'open', count: 19 },
    ],
    overMs: 1_800,
    to: 'closed',
  };
  agent.send(batchWith(1, { levels, events: [openedEvent(startAt + 1_000)] }));
  agent.send({ ...batchWith(2), events: [summary, openedEvent(startAt + 4_000)] });
  await agent.acknowledged(2);
  await collector.clock.advance(5_000);
  const { lanes } = await seriesOf(collector, `since=${startAt}&until=${startAt + 5_000}`);
  expect(lanes[0]?.segments).toEqual([
    { state: 'closed', from: startAt, until: startAt + 1_000 },
    { state: 'open', from: startAt + 1_000, until: startAt + 1_200 },
    { state: 'summarised', from: startAt + 1_200, until: startAt + 3_000, changeCount: 39 },
    { state: 'closed', from: startAt + 3_000, until: startAt + 4_000 },
    { state: 'open', from: startAt + 4_000, until: startAt + 5_000 },
  ]);
});

test('where there is too much to tell, the newest is told whole', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url, { startedAt: startAt });
  await collector.clock.advance(20_000);
  for (let batch = 0; batch < 12; batch++) {
    const events = Array.from({ length: 500 }, (_, index) => {
      const at = startAt + batch * 500 + index;
      return index % 2 === 0 ? openedEvent(at) : closedEvent(at);
    });
    agent.send(batchWith(batch + 1, batch === 0 ? { levels, events } : { events }));
    await agent.acknowledged(batch + 1);
  }
  const { lanes, lanesSince } = await seriesOf(collector, `since=${startAt}&until=${startAt + 10_000}`);
  expect(lanesSince).toBe(startAt + 1_000);
  expect(lanes[0]?.segments).toHaveLength(5_000);
});
