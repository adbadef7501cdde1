import { createAgent } from '@holdfast/agent';
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultInstance } from '../../agent/src/options/agent-options.ts';
import { agentVersion } from '../../agent/src/version.ts';
import { createTestAgent } from './support/agent.ts';

describe('primitives', () => {
  test('are made once and found again by name', async () => {
    const { agent } = await createTestAgent();
    expect(agent.circuitBreaker('a', { minimumCalls: 5 })).toBe(agent.circuitBreaker('a'));
    expect(agent.retry('a')).toBe(agent.retry('a'));
    expect(agent.timeout('a', { timeoutMs: 5 })).toBe(agent.timeout('a'));
    expect(agent.bulkhead('a', { maxConcurrentCalls: 1 })).toBe(agent.bulkhead('a'));
    expect(agent.fallback('a', { fallback: 1 })).toBe(agent.fallback('a'));
    expect(agent.pipeline('p', { timeoutMs: 5 })).toBe(agent.pipeline('p'));
  });

  test('cannot be made twice with options', async () => {
    const { agent } = await createTestAgent();
    agent.circuitBreaker('a', { minimumCalls: 5 });
    expect(() => agent.circuitBreaker('a', { minimumCalls: 5 })).toThrow(
      'circuit breaker `a` exists already; leave the options out to get it, or choose another name',
    );
  });

  test('that need options say so when asked for by name too early', async () => {
    const { agent } = await createTestAgent();
    expect(() => agent.timeout('a')).toThrow(
      new TypeError('timeout `a` does not exist yet: its options must be given'),
    );
  });

  test('inside a pipeline own their name', async () => {
    const { agent } = await createTestAgent();
    const pipeline = agent.pipeline('payments', { circuitBreaker: {} });
    expect(agent.circuitBreaker('payments')).toBe(pipeline.circuitBreaker);
    agent.circuitBreaker('stock');
    expect(() => agent.pipeline('stock', { circuitBreaker: {} })).toThrow(/^circuit breaker `stock` exists/);
  });

  test('are counted and reach the collector', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const payments = agent.pipeline('payments', {
      dependency: 'payments-api',
      circuitBreaker: {},
      timeoutMs: 50,
    });
    await payments.execute(() => 'paid');
    await expect(payments.execute(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await clock.advance(1_000);
    expect(collector.totals('pipeline', 'payments')).toMatchObject({ success: 1, failure: 1 });
    expect(collector.totals('circuit_breaker', 'payments')).toMatchObject({ success: 1, failure: 1 });
    expect(collector.resources[0]).toMatchObject({ kind: 'pipeline', dependency: 'payments-api' });
    expect(collector.problems).toEqual([]);
  });

  test('go on working without a collector', async () => {
    const agent = createAgent({ service: 'shop', collector: false });
    const breaker = agent.circuitBreaker('a');
    expect(await breaker.execute(() => 1)).toBe(1);
    breaker.open('test');
    expect(agent.status).toMatchObject({ connection: 'local', connected: false, pendingCount: 0 });
    await agent.close();
  });
});

describe('report', () => {
  test('counts an error by class and sends a sample', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    for (let i = 0; i < 3; i++)
      agent.report(Object.assign(new Error(error.message), error), { operation: 'sync' });
    await clock.advance(1_000);
    const { class: errorClass } = agent.classify(error);
    expect(collector.totals('agent', 'reported errors')).toEqual({ [`class_${errorClass}`]: 3 });
    const samples = collector.events.filter(({ kind }) => kind === 'error.sampled');
    expect(samples).toMatchObject([{ operation: 'sync', error: { code: 'ECONNREFUSED' } }]);
  });

  test.each([[undefined], [null], ['text'], [Object.create(null)]])(
    'takes whatever was thrown: %s',
    async (error) => {
      const { agent, faults } = await createTestAgent();
      agent.report(error);
      expect(faults).toEqual([]);
    },
  );

  test('takes no place for none', async () => {
    const { agent, clock, collector, faults } = await createTestAgent();
    agent.report(new Error('odd'), null as unknown as undefined);
    await clock.advance(1_000);
    expect(collector.totals('agent', 'reported errors')).toEqual({ class_unknown: 1 });
    expect(faults).toEqual([]);
  });
});

describe('status', () => {
  test('says what waits and why nothing leaves', async () => {
    const { agent, clock, collector } = await createTestAgent();
    expect(agent.status).toEqual({
      connection: 'live',
      connected: true,
      pendingCount: 0,
      droppedCount: 0,
      internalErrorCount: 0,
    });
    collector.refuse();
    await clock.advance(0);
    agent.circuitBreaker('a').open('test');
    expect(agent.status).toMatchObject({
      connection: 'waiting',
      problem: 'cut by the test',
      pendingCount: 1,
    });
  });
});

describe('close', () => {
  test('sends what was counted since the last second, and ends', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('a');
    await breaker.execute(() => 1);
    const closed = agent.close();
    expect(agent.close()).toBe(closed);
    await clock.advance(0);
    await closed;
    expect(collector.totals('circuit_breaker', 'a')).toEqual({ success: 1 });
    expect(collector.events.map(({ kind }) => kind)).toEqual(['agent.started', 'agent.stopped']);
    expect(collector.saidBye).toBe(true);
    await breaker.execute(() => 1);
    expect(agent.status).toMatchObject({ connection: 'closed', pendingCount: 0 });
  });
});

test('survives an error hook that throws', async () => {
  const { agent } = await createTestAgent({
    onInternalError: () => {
      throw new Error('hook');
    },
  });
  agent.flags.define('f', { defaultValue: true, degradedValue: false, bindings: [{ breaker: 'a' }] });
  agent.flags.on('change', () => {
    throw new Error('listener');
  });
  agent.circuitBreaker('a').open('test');
  expect(agent.status.internalErrorCount).toBe(1);
});

test('two agents of a service in one process have two names', async () => {
  const [one, two] = [
    createAgent({ service: 's', collector: false }),
    createAgent({ service: 's', collector: false }),
  ];
  onTestFinished(() => void two.close());
  expect(one.instance).toBe(defaultInstance());
  expect(two.instance).toBe(`${defaultInstance()}-2`);
  await one.close();
  const three = createAgent({ service: 's', collector: false });
  onTestFinished(() => void three.close());
  expect(three.instance).toBe(defaultInstance());
});

test('adds one listener to the process, however many agents there are', async () => {
  const { clock, collector } = await createTestAgent();
  const before = process.listenerCount('exit');
  const agents = Array.from({ length: 12 }, () => createAgent({ service: 's', collector, clock }));
  expect(process.listenerCount('exit')).toBe(before);
  const closed = Promise.all(agents.map((agent) => agent.close()));
  await clock.advance(100);
  await closed;
});

test('says the version of its package', () => {
  expect(JSON.parse(readFileSync('agent/package.json', 'utf8'))).toMatchObject({ version: agentVersion });
});

test('a pipeline that nobody has made is not one without layers', () => {
  const agent = createAgent({ service: 'shop', collector: false });
  expect(() => agent.pipeline('paymnets')).toThrow(
    new TypeError('pipeline `paymnets` does not exist yet: its options must be given'),
  );
});
