import type { FleetEvent, ListAnswer, ResourceAnswer } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, helloWith, openedEvent, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

const payments = 'api/v1/resources/checkout/circuit_breaker/payments';

async function successes(collector: TestCollector): Promise<number | undefined> {
  const resource = await getJson<ResourceAnswer>(`${collector.url}/${payments}`);
  return resource.totals.success;
}

async function eventKinds(collector: TestCollector): Promise<string[]> {
  const { items } = await getJson<ListAnswer<FleetEvent>>(`${collector.url}/api/v1/events`);
  return items.map((item) => item.event.kind);
}

describe('batches', () => {
  test('a batch that is sent twice is counted once', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    const batch = batchWith(1, rollupsOf({ success: 3 }));
    agent.send(batch);
    agent.send(batch);
    agent.send(batchWith(2, rollupsOf({ success: 4 })));
    await agent.acknowledged(2);
    expect(await successes(collector)).toBe(7);
  });

  test('a number that comes again with other bytes is kept apart', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.send(batchWith(1, rollupsOf({ success: 3 })));
    await agent.acknowledged(1);
    agent.terminate();
    const copy = await WireAgent.introduce(scope, collector.url, { first: 1, next: 3 });
    copy.send(batchWith(1, rollupsOf({ success: 100 })));
    copy.send(batchWith(2, rollupsOf({ success: 4 })));
    await copy.acknowledged(2);
    const problem = 'batch 1 came before with other bytes: two processes have one identity';
    expect(await copy.next('refused')).toEqual({ type: 'refused', seq: 1, problem });
    expect(await successes(collector)).toBe(7);
    expect((await eventKinds(collector)).filter((kind) => kind === 'agent.refused')).toHaveLength(1);
  });

  test('a gap closes the connection with 4409 and stores nothing', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.send(batchWith(1, rollupsOf({ success: 1 })));
    await agent.acknowledged(1);
    agent.send(batchWith(3, rollupsOf({ success: 100 })));
    expect(await agent.waitForClose()).toEqual({ code: 4409, reason: 'batch 3 came before batch 2' });
    expect(await successes(collector)).toBe(1);
  });

  test('after a reconnect the welcome says what is stored', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const first = await WireAgent.introduce(scope, collector.url);
    first.send(batchWith(1, rollupsOf({ success: 1 })));
    await first.acknowledged(1);
    first.terminate();
    const second = await WireAgent.introduce(scope, collector.url, { next: 2, first: 2 });
    expect(await second.next('welcome')).toMatchObject({ stored: 1, dictionarySize: 1 });
    second.send(batchWith(2, rollupsOf({ success: 1 })));
    await second.acknowledged(2);
    expect(await successes(collector)).toBe(2);
  });

  test('batches that can no longer arrive leave a gap in the log', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url, { first: 5, next: 6 });
    expect(await agent.next('welcome')).toMatchObject({ stored: 4 });
    expect(await eventKinds(collector)).toContain('agent.gap');
    agent.send(batchWith(5, { dictionary: { from: 0, add: [] } }));
    await agent.acknowledged(5);
  });

  test('an epoch that was used before is refused', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.send(batchWith(1));
    await agent.acknowledged(1);
    agent.terminate();
    const copy = await WireAgent.connect(scope, collector.url);
    copy.send(helloWith({ next: 1 }));
    const { problem, drawEpoch } = await copy.next('refused');
    expect({ problem, drawEpoch }).toEqual({
      problem: expect.stringContaining('draw a new epoch'),
      drawEpoch: true,
    });
  });

  test('resources that were never introduced end the connection', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.send(batchWith(1, rollupsOf({ success: 1 }, { resource: 7 })));
    expect((await agent.next('refused')).problem).toBe('resource 7 was never introduced');
    expect((await agent.waitForClose()).code).toBe(4400);
  });

  test('errors of resources that were never introduced end the connection', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    const tally = {
      class: 'critical',
      fingerprint: 'f',
      count: 1,
      firstAt: startAt,
      lastAt: startAt,
    } as const;
    agent.send(batchWith(1, { errors: [{ resource: 7, ...tally }] }));
    expect((await agent.next('refused')).problem).toBe('resource 7 was never introduced');
  });

  test('a stranger that comes twice is buried so that others get by', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const stranger = batchWith(1, rollupsOf({ success: 1 }, { resource: 7 }));
    const first = await WireAgent.introduce(scope, collector.url);
    first.send(stranger);
    await first.waitForClose();
    const second = await WireAgent.introduce(scope, collector.url, { next: 2 });
    second.send(stranger);
    second.send(batchWith(2, { dictionary: { from: 0, add: [] } }));
    await second.acknowledged(2);
    expect(await eventKinds(collector)).toContain('agent.refused');
  });

  test('a dictionary that is introduced again is taken', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url, { first: 3, next: 4 });
    agent.send({ type: 'dictionary', from: 0, add: [{ kind: 'circuit_breaker', name: 'payments' }] });
    agent.send(batchWith(3, rollupsOf({ success: 2 })));
    await agent.acknowledged(3);
    expect(await successes(collector)).toBe(2);
  });
});

describe('what cannot be read', () => {
  test.each([
    ['a batch with a wrong field', '{"type":"batch","seq":2,"sealedAt":"noon","events":[]}'],
    ['a batch that breaks off', '{"type":"batch","seq":2,"sealedAt":1,"events":[{"kind":'],
  ])('%s is kept apart, acknowledged and shown', async (_name, frame) => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.send(batchWith(1, rollupsOf({ success: 1 })));
    agent.sendText(frame);
    agent.send(batchWith(3, rollupsOf({ success: 1 })));
    await agent.acknowledged(3);
    expect(await agent.next('refused')).toMatchObject({ seq: 2 });
    expect(await successes(collector)).toBe(2);
    expect(await eventKinds(collector)).toContain('agent.refused');
  });

  test('a frame of no batch is refused and the next is taken', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.sendText('hello?');
    agent.sendBinary(new Uint8Array([1, 2, 3]));
    agent.send(batchWith(1));
    await agent.acknowledged(1);
    expect(agent.all('refused').map((one) => one.problem)).toEqual([
      'frame is not JSON',
      'frame must be text, got a binary frame',
    ]);
  });

  test('many frames that cannot be read end the connection', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    for (let i = 0; i < 20; i++) agent.sendText('nonsense');
    expect((await agent.waitForClose()).code).toBe(4400);
  });

  test('a batch above the limit is refused by name', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.send({ ...batchWith(1), padding: 'x'.repeat(270_000) });
    const { problem, seq } = await agent.next('refused');
    expect({ problem, seq }).toEqual({
      problem: expect.stringMatching(/^frame must be at most 262144 bytes, got 27\d{4}$/),
      seq: 1,
    });
  });

  test('a frame beyond any limit closes the connection', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.sendText('x'.repeat(1_000_000));
    expect((await agent.waitForClose()).code).toBe(1009);
  });

  test.each([
    ['no JSON', 'hello'],
    ['another protocol', JSON.stringify({ ...helloWith(), protocol: 2 })],
    ['a service without a name', JSON.stringify({ ...helloWith(), service: '' })],
    ['a batch', JSON.stringify(batchWith(1))],
  ])('a hello that is %s is refused with the reason', async (_name, frame) => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.connect(scope, collector.url);
    agent.sendText(frame);
    expect((await agent.next('refused')).problem).not.toBe('');
    expect((await agent.waitForClose()).code).toBe(4400);
  });
});

describe('connections', () => {
  test('a ping is answered with both clocks', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.send({ type: 'ping', sentAt: 42 });
    expect(await agent.next('pong')).toEqual({
      type: 'pong',
      sentAt: 42,
      now: startAt,
      spread: { agents: 1, perSecond: 500 },
    });
  });

  test('the same instance takes the place of its earlier connection', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const first = await WireAgent.introduce(scope, collector.url);
    const second = await WireAgent.introduce(scope, collector.url, { epoch: 'second' });
    expect((await first.waitForClose()).reason).toBe('the same instance has connected again');
    second.send(batchWith(1, rollupsOf({ success: 1 })));
    await second.acknowledged(1);
    expect(await eventKinds(collector)).not.toContain('agent.lost');
  });

  test('a good-bye is clean, a broken line is a loss', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const polite = await WireAgent.introduce(scope, collector.url, { instance: 'polite' });
    const broken = await WireAgent.introduce(scope, collector.url, { instance: 'broken' });
    polite.send({ type: 'bye', last: 0 });
    expect((await polite.waitForClose()).code).toBe(1000);
    broken.terminate();
    await expect.poll(() => eventKinds(collector)).toContain('agent.lost');
    const { items } = await getJson<ListAnswer<{ instance: string }>>(`${collector.url}/api/v1/agents`);
    expect(items.map((agent) => agent.instance)).toEqual(['broken']);
  });

  test('an agent that says nothing for 35 s is closed', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    await collector.clock.advance(34_000);
    expect(agent.closed).toBeUndefined();
    await collector.clock.advance(3_000);
    expect((await agent.waitForClose()).code).toBe(4408);
  });

  test('a connection without a hello is closed after 5 s', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.connect(scope, collector.url);
    await collector.clock.advance(7_000);
    expect(await agent.waitForClose()).toEqual({ code: 4400, reason: 'no hello within 5 s' });
  });

  test('a closing collector sends agents away and keeps what they sent', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.introduce(scope, collector.url);
    agent.send(batchWith(1, { ...rollupsOf({ success: 5 }), events: [openedEvent()] }));
    await agent.acknowledged(1);
    await collector.close();
    expect((await agent.next('goaway')).reconnectAfterMs).toBeGreaterThan(0);
    const { dataDir, clock } = collector;
    const next = await startTestCollector(scope, { dataDir, clock });
    expect(await successes(next)).toBe(5);
    expect(await eventKinds(next)).toEqual(['agent.awaited', 'circuit_breaker.opened', 'agent.connected']);
  });
});
