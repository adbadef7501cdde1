import { PartialOutageError } from '@holdfast/agent';
import { SeededRandom } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { createTestAgent } from '../support/agent.ts';
import { always, createShop, watch } from './shop.ts';

const start = 1_700_000_000_000;

describe('what it hits', () => {
  test('the share of the attempts that its ratio says', async () => {
    const { agent } = await createTestAgent({ random: new SeededRandom(7).next });
    const stock = agent.pipeline('stock', {});
    const fault = agent.faults.start('some', { kind: 'outcome', ratio: 0.1, result: 'hit' });
    let hits = 0;
    for (let call = 0; call < 1_000; call++) hits += (await stock.execute(() => 'fine')) === 'hit' ? 1 : 0;
    expect(hits).toBe(fault.injectedCount);
    expect(hits).toBeGreaterThan(70);
    expect(hits).toBeLessThan(130);
  });

  test.each([
    [0, 'fine'],
    [1, 'hit'],
  ])('a ratio of %d: %s', async (ratio, answer) => {
    const { agent, pay } = await createShop();
    agent.faults.start('edge', { kind: 'outcome', ratio, result: 'hit' });
    expect(await pay()).toBe(answer);
  });

  test.each([
    { pipelines: ['payments'], isHit: true },
    { pipelines: ['pay*'], isHit: true },
    { pipelines: ['*ments'], isHit: true },
    { pipelines: ['p*y*ts'], isHit: true },
    { pipelines: ['*'], isHit: true },
    { pipelines: ['stock', 'payments'], isHit: true },
    { pipelines: ['pay'], isHit: false },
    { pipelines: ['p.yments'], isHit: false },
    { pipelines: [], isHit: false },
    { tags: ['money'], isHit: true },
    { tags: ['tier:silver', 'tier:gold'], isHit: true },
    { tags: ['tier:*'], isHit: false },
    { pipelines: ['stock'], tags: ['money'], isHit: false },
    { pipelines: ['pay*'], tags: ['money'], isHit: true },
  ])('pipelines $pipelines with tags $tags: $isHit', async ({ isHit, ...target }) => {
    const { agent, pay } = await createShop();
    const fault = agent.faults.start('aimed', { kind: 'outcome', ratio: 1, result: 'hit', ...target });
    expect(await pay()).toBe(isHit ? 'hit' : 'fine');
    expect(fault.injectedCount).toBe(isHit ? 1 : 0);
  });

  test('a pipeline that is made while it is on', async () => {
    const { agent } = await createShop();
    agent.faults.start('late', { ...always, pipelines: ['stock'] });
    await expect(agent.pipeline('stock', {}).execute(() => 1)).rejects.toThrow('"stock"');
  });

  test('each attempt, so that retries and breakers see what they would see', async () => {
    const { agent, clock } = await createTestAgent();
    const stock = agent.pipeline('stock', {
      retry: { maxRetries: 2, backoff: { kind: 'constant', baseMs: 10 }, retryOn: () => true },
      circuitBreaker: { minimumCalls: 3, window: { kind: 'count', size: 3 } },
    });
    const fault = agent.faults.start('down', { ...always, error: () => new PartialOutageError('down') });
    watch(stock.execute(() => 1));
    await clock.advance(1_000);
    expect(fault.injectedCount).toBe(3);
    expect(stock.circuitBreaker?.state).toBe('open');
  });
});

describe('its end', () => {
  test('comes by itself, and the next call is untouched', async () => {
    const { agent, clock, pay } = await createShop();
    const fault = agent.faults.start('down', { ...always, forMs: 5_000 });
    expect(fault).toMatchObject({ isOn: true, untilAt: start + 5_000, offBecause: undefined });
    await clock.advance(4_999);
    await expect(pay()).rejects.toThrow('down');
    await clock.advance(1);
    expect(await pay()).toBe('fine');
    expect(fault).toMatchObject({ isOn: false, offBecause: 'its time is over' });
  });

  test('comes after a minute where nobody said when', async () => {
    const { agent } = await createShop();
    expect(agent.faults.start('down', always).untilAt).toBe(start + 60_000);
  });

  test('lets calls go that it makes wait', async () => {
    const { agent, pay } = await createShop();
    const fault = agent.faults.start('slow', { kind: 'latency', ratio: 1, latencyMs: 50_000 });
    const answer = pay();
    fault.stop();
    expect(await answer).toBe('fine');
  });

  test('spares a call that another fault still makes wait', async () => {
    const { agent, clock, pay } = await createShop();
    agent.faults.start('slow', { kind: 'latency', ratio: 1, latencyMs: 200 });
    const down = agent.faults.start('down', always);
    const answer = pay();
    down.stop();
    await clock.advance(200);
    expect(await answer).toBe('fine');
    expect(down.injectedCount).toBe(0);
  });

  test('comes when the breaker opens that it names', async () => {
    const { agent, pay } = await createShop();
    agent.circuitBreaker('stock');
    const ledger = agent.circuitBreaker('ledger');
    const fault = agent.faults.start('down', { ...always, stopsWhenOpen: 'ledger' });
    const other = agent.faults.start('other', { ...always, stopsWhenOpen: 'stock', ratio: 0 });
    ledger.open('test', { durationMs: 1_000 });
    expect(fault.offBecause).toBe('circuit breaker ledger opened');
    expect(other.isOn).toBe(true);
    expect(await pay()).toBe('fine');
  });

  test('came before its start where that breaker is open already', async () => {
    const { agent } = await createShop();
    agent.circuitBreaker('ledger').forceOpen('test');
    const fault = agent.faults.start('down', { ...always, stopsWhenOpen: 'ledger' });
    expect(fault).toMatchObject({ isOn: false, offBecause: 'circuit breaker ledger opened' });
  });

  test('comes for all with `stopAll`', async () => {
    const { agent, pay } = await createShop();
    agent.faults.start('one', always);
    agent.faults.start('two', always);
    expect(agent.faults.list().map(({ name }) => name)).toEqual(['one', 'two']);
    agent.faults.stopAll();
    expect(agent.faults.list()).toEqual([]);
    expect(await pay()).toBe('fine');
  });

  test('comes with the end of the agent', async () => {
    const { agent, pay } = await createShop();
    const fault = agent.faults.start('down', always);
    await agent.close({ timeoutMs: 0 });
    expect(fault.offBecause).toBe('the agent was closed');
    expect(await pay()).toBe('fine');
  });
});

test('none starts while faults are disabled', async () => {
  const { agent } = await createShop();
  const before = agent.faults.start('before', always);
  agent.faults.disable('incident 7');
  expect(before.offBecause).toBe('incident 7');
  expect(agent.faults.start('meanwhile', always).offBecause).toBe('incident 7');
  agent.faults.enable();
  expect(agent.faults.start('after', always).isOn).toBe(true);
});

test('a name that is on is refused until its end', async () => {
  const { agent } = await createShop();
  const fault = agent.faults.start('down', always);
  expect(() => agent.faults.start('down', always)).toThrow(
    'fault `down` is on already; stop it first, or choose another name',
  );
  fault.stop();
  fault.stop();
  expect(agent.faults.start('down', always).isOn).toBe(true);
});

test('the hundred-and-first fault is refused', async () => {
  const { agent } = await createShop();
  for (let number = 1; number <= 100; number++) agent.faults.start(`fault ${number}`, always);
  expect(() => agent.faults.start('one more', always)).toThrow('100 faults are on already; stop some first');
});

test('tells its start and its end, and counts what it hit', async () => {
  const { agent, clock, collector, pay } = await createShop();
  agent.faults.start('down', { ...always, forMs: 1_500 });
  await pay().catch(() => undefined);
  await pay().catch(() => undefined);
  await clock.advance(2_000);
  await clock.advance(2_000);
  expect(collector.events).toContainEqual({
    at: start,
    kind: 'fault.started',
    fault: 'down',
    untilAt: start + 1_500,
  });
  expect(collector.events).toContainEqual({
    at: start + 1_500,
    kind: 'fault.stopped',
    fault: 'down',
    cause: 'its time is over',
  });
  expect(collector.totals('pipeline', 'payments')).toMatchObject({ faults_injected: 2, failure: 2 });
});
