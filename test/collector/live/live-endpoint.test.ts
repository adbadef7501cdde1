import type { FleetView } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { getJson, sendJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { readLive } from '../support/live-reader.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, flagLevels, openedEvent, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

/** What the API says of the same moment. */
async function wholeView(collector: TestCollector): Promise<Omit<FleetView, 'at' | 'events' | 'audit'>> {
  const list = async (path: string): Promise<never[]> =>
    (await getJson<{ items: never[] }>(`${collector.url}/api/v1/${path}`)).items;
  const [resources, flags, errors, agents] = await Promise.all(
    ['resources', 'flags', 'errors', 'agents'].map(list),
  );
  return { resources: resources ?? [], flags: flags ?? [], errors: errors ?? [], agents: agents ?? [] };
}

test('a snapshot and its deltas say what the API says', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const early = await readLive(scope, collector.url);
  const agent = await WireAgent.introduce(scope, collector.url);
  agent.send(batchWith(1, flagLevels(true)));
  for (let seq = 2; seq < 8; seq++) {
    const second = startAt / 1_000 + seq;
    agent.send(
      batchWith(seq, {
        ...rollupsOf({ success: seq, failure: 1, class_transient: 1 }, { second, latency: [90 + seq, seq] }),
        events: seq === 5 ? [openedEvent(second * 1_000)] : [],
      }),
    );
    await agent.acknowledged(seq);
    await collector.clock.advance(1_000);
  }
  await sendJson('PUT', `${collector.url}/api/v1/flags/reviews/override`, {
    value: false,
    by: 'ann',
    via: 'web',
  });
  await collector.clock.advance(6_300); // behind a tick, and in the same second
  const late = await readLive(scope, collector.url);
  const expected = await wholeView(collector);
  for (const reader of [early, late]) {
    await expect.poll(() => reader.view().audit.length).toBe(1);
    expect(reader.view()).toMatchObject({
      flags: expected.flags,
      errors: expected.errors,
      agents: expected.agents,
    });
    expect(reader.view().resources).toEqual(expected.resources);
    expect(reader.view().events.map((one) => one.event.kind)).toEqual([
      'agent.connected',
      'circuit_breaker.opened',
    ]);
  }
});

test('a transition is told at once, many of them in one message', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const reader = await readLive(scope, collector.url);
  await collector.clock.advance(250);
  const before = reader.messages.length;
  for (let seq = 1; seq <= 20; seq++) {
    agent.send(batchWith(seq, { events: [openedEvent(startAt + seq)] }));
    await agent.acknowledged(seq);
  }
  await collector.clock.advance(100);
  await expect.poll(() => reader.view().events.length).toBe(21);
  expect(reader.messages.length - before).toBeLessThanOrEqual(2);
});

test('a reader hears at least once a second, with nothing new', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const reader = await readLive(scope, collector.url);
  await collector.clock.advance(10_000);
  await expect.poll(() => reader.view().at).toBeGreaterThanOrEqual(startAt + 9_000);
  expect(reader.messages.length).toBeGreaterThanOrEqual(10);
  expect(reader.messages.length).toBeLessThanOrEqual(14);
  expect(reader.messages.slice(1).every((message) => Object.keys(message).length === 3)).toBe(true);
});

test('only what changed is told', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const add = ['payments', 'inventory', 'reviews'].map((name) => ({
    kind: 'circuit_breaker' as const,
    name,
  }));
  agent.send(batchWith(1, { dictionary: { from: 0, add } }));
  await agent.acknowledged(1);
  const reader = await readLive(scope, collector.url);
  await collector.clock.advance(300);
  const before = reader.messages.length;
  agent.send(batchWith(2, rollupsOf({ success: 1 }, { resource: 1, second: startAt / 1_000 })));
  await agent.acknowledged(2);
  await collector.clock.advance(1_000);
  await waitFor(() => reader.messages.length > before, { what: 'a delta' });
  const told = reader.messages
    .slice(before)
    .flatMap((message) => (message.type === 'delta' ? (message.figures?.of ?? []) : []))
    .map((number) => reader.view().numbers.get(number));
  expect(new Set(told)).toEqual(new Set(['checkout/circuit_breaker/inventory']));
});

test('a transition is told before the figures of its second', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const add = ['payments', 'inventory'].map((name) => ({ kind: 'circuit_breaker' as const, name }));
  agent.send(batchWith(1, { dictionary: { from: 0, add } }));
  await agent.acknowledged(1);
  const reader = await readLive(scope, collector.url);
  await collector.clock.advance(1_300); // shortly after a step
  const rollups = rollupsOf({ success: 4 }, { resource: 1, second: startAt / 1_000 });
  agent.send(batchWith(2, { events: [openedEvent(startAt + 1_300)], ...rollups }));
  await agent.acknowledged(2);
  await collector.clock.advance(100);
  const breakerOf = (name: string): object | undefined =>
    reader.view().resources.find((one) => one.name === name);
  await expect.poll(() => breakerOf('payments')).toMatchObject({ breaker: { state: 'open' } });
  expect(breakerOf('inventory')).toMatchObject({ rates: { callsPerSecond: 0 } });
  await collector.clock.advance(300);
  await expect.poll(() => breakerOf('inventory')).toMatchObject({ rates: { callsPerSecond: 0.4 } });
});
