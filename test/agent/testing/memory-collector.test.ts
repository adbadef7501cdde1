import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { createTestAgent } from '../support/agent.ts';

test('shows what an agent counted, said and is', async () => {
  const { agent, clock, collector } = await createTestAgent({ version: '1.2.3', tags: { zone: 'a' } });
  const breaker = agent.circuitBreaker('payments');
  agent.flags.define('beta', { defaultValue: false });
  await breaker.execute(() => 1);
  await clock.advance(1_000);
  expect(collector.hellos).toMatchObject([{ service: 'shop', version: '1.2.3', tags: { zone: 'a' } }]);
  expect(collector.connectionCount).toBe(1);
  expect(collector.totals('circuit_breaker', 'payments')).toEqual({ success: 1 });
  expect(collector.totals('circuit_breaker', 'unknown')).toEqual({});
  expect(collector.flags.get('beta')).toMatchObject({ value: false, reason: 'STATIC' });
  expect(collector.events.map(({ kind }) => kind)).toEqual(['agent.started']);
});

test('reads what came while it stalled once it goes on', async () => {
  const { agent, clock, collector } = await createTestAgent();
  collector.stall();
  agent.circuitBreaker('payments').open('test');
  await clock.advance(1_000);
  expect(collector.events).toHaveLength(1);
  collector.accept();
  await clock.advance(0);
  expect(collector.events).toHaveLength(2);
});

test('keeps once what it stored while its answers were lost', async () => {
  const { agent, clock, collector } = await createTestAgent();
  agent.circuitBreaker('payments').open('test');
  collector.loseAnswers();
  await clock.advance(100);
  collector.drop();
  collector.accept();
  await clock.advance(10_000);
  expect(collector.repeatedCount).toBe(0);
  expect(collector.events.map(({ kind }) => kind)).toEqual(['agent.started', 'circuit_breaker.opened']);
});

test('names what it cannot read or what came out of order', async () => {
  const collector = new MemoryCollector({ clock: new FakeClock() });
  const heard: string[] = [];
  const link = collector.connect({
    opened: () => heard.push('opened'),
    frame: (text) => heard.push(JSON.parse(text).type),
    closed: () => heard.push('closed'),
  });
  const say = (message: object): void => link.send(Buffer.from(JSON.stringify(message)));
  say({ type: 'batch', seq: 2, sealedAt: 0, events: [] });
  say({ type: 'batch', seq: 0 });
  await new FakeClock().advance(0);
  expect(collector.problems).toEqual([
    'a gap: batch 2 after batch 0',
    'frame.seq must be between 1 and 9007199254740991, got 0',
  ]);
  expect(heard).toEqual(['opened', 'refused', 'refused']);
});

test('takes what a saga of very many steps says of its end', async () => {
  const { agent, clock, collector, faults } = await createTestAgent();
  const saga = agent.saga('long');
  const call = saga.execute(async ({ step }) => {
    for (let at = 0; at < 80; at++) await step(`step ${at}`, { run: () => at, compensate: () => undefined });
    throw new Error('in the end');
  });
  await expect(call).rejects.toThrow('saga "long" failed');
  await clock.advance(1_000);
  expect(collector.events.map(({ kind }) => kind)).toContain('saga.failed');
  expect([collector.problems, faults]).toEqual([[], []]);
});

test('acknowledges a batch that it cannot read', async () => {
  const collector = new MemoryCollector({ clock: new FakeClock() });
  const heard: unknown[] = [];
  const link = collector.connect({
    opened: () => {},
    frame: (text) => heard.push(JSON.parse(text)),
    closed: () => {},
  });
  link.send(Buffer.from(JSON.stringify({ type: 'batch', seq: 1, sealedAt: 'now' })));
  await new FakeClock().advance(0);
  expect(collector.problems).toHaveLength(1);
  expect(heard).toMatchObject([
    { type: 'refused', seq: 1 },
    { type: 'ack', stored: 1 },
  ]);
});
