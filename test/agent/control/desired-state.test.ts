import type { BreakerOverride, Clock } from '@holdfast/shared';
import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { createTestAgent } from '../support/agent.ts';

const start = 1_700_000_000_000;

function hold(parts: Partial<BreakerOverride> = {}): BreakerOverride {
  return {
    id: 'o1',
    service: 'shop',
    name: 'payments',
    state: 'forced_open',
    by: 'ana',
    reason: 'provider is down',
    setAt: start,
    expiresAt: start + 60_000,
    ...parts,
  };
}

describe('a hold', () => {
  test('puts the breaker into its state and reports that it is applied', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    collector.desire({ breakers: [hold()] });
    await clock.advance(20);
    expect(breaker.state).toBe('forced_open');
    expect(collector.applied.at(-1)).toEqual({ type: 'applied', version: 1, problems: [] });
    expect(collector.events.at(-1)).toMatchObject({
      kind: 'circuit_breaker.forced_open',
      cause: 'remote',
      attribution: { by: 'ana', reason: 'provider is down' },
      untilAt: start + 60_000,
    });
  });

  test('ends by itself at its expiry', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    collector.desire({ breakers: [hold({ state: 'disabled' })] });
    await clock.advance(59_999);
    expect(breaker.state).toBe('disabled');
    await clock.advance(21);
    expect(breaker.state).toBe('closed');
    expect(collector.events.at(-1)).toMatchObject({
      kind: 'circuit_breaker.closed',
      attribution: { by: 'holdfast', reason: 'the hold that ana set ended by itself' },
    });
  });

  test('ends by itself while the collector is away', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    collector.desire({ breakers: [hold()] });
    await clock.advance(0);
    collector.refuse();
    await clock.advance(59_000);
    expect(breaker.state).toBe('forced_open');
    await clock.advance(1_000);
    expect(breaker.state).toBe('closed');
  });

  test("ends by the collector's clock, not by ours", async () => {
    const clock = new FakeClock(start);
    const collectorClock: Clock = {
      now: () => clock.now() + 30_000,
      monotonic: () => clock.monotonic(),
      setTimeout: (run, delayMs) => clock.setTimeout(run, delayMs),
    };
    const collector = new MemoryCollector({ clock: collectorClock });
    const { agent } = await createTestAgent({ clock, collector });
    await clock.advance(0);
    const breaker = agent.circuitBreaker('payments');
    collector.desire({ breakers: [hold({ expiresAt: start + 90_000 })] });
    await clock.advance(59_000);
    expect(breaker.state).toBe('forced_open');
    await clock.advance(1_000);
    expect(breaker.state).toBe('closed');
  });

  test('ends when it is released', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    collector.desire({ breakers: [hold()] });
    await clock.advance(0);
    collector.desire({});
    await clock.advance(0);
    expect(breaker.state).toBe('closed');
  });

  test('is renewed without leaving its state', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    collector.desire({ breakers: [hold()] });
    await clock.advance(30_000);
    collector.desire({ breakers: [hold({ id: 'o2', expiresAt: start + 120_000 })] });
    await clock.advance(60_000);
    expect(breaker.state).toBe('forced_open');
    await clock.advance(30_000);
    expect(breaker.state).toBe('closed');
  });

  test('of a breaker that is made later is reported, then applied', async () => {
    const { agent, clock, collector } = await createTestAgent();
    collector.desire({ breakers: [hold()] });
    await clock.advance(0);
    expect(collector.applied.at(-1)?.problems).toEqual([
      { target: 'shop/payments', problem: 'no circuit breaker payments in this process yet' },
    ]);
    const breaker = agent.circuitBreaker('payments');
    await clock.advance(0);
    expect(breaker.state).toBe('forced_open');
    expect(collector.applied.at(-1)?.problems).toEqual([]);
  });

  test.each([
    ['another service', { service: 'other' }],
    ['another instance', { instance: 'shop-2' }],
    ['the past', { expiresAt: start }],
  ])('for %s does not concern us', async (_whom, parts) => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    collector.desire({ breakers: [hold(parts)] });
    await clock.advance(0);
    expect(breaker.state).toBe('closed');
    expect(collector.applied.at(-1)?.problems).toEqual([]);
  });

  test('for this instance comes before one for all', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    const ours = hold({ id: 'o2', instance: 'shop-1', state: 'disabled' });
    collector.desire({ breakers: [hold(), ours, hold({ id: 'o3', setAt: start + 1 })] });
    await clock.advance(0);
    expect(breaker.state).toBe('disabled');
  });
});

describe('an order to close', () => {
  test('is carried out once for each id', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    breaker.open('test');
    const order = hold({ state: 'closed' });
    collector.desire({ breakers: [order] });
    await clock.advance(0);
    expect(breaker.state).toBe('closed');
    breaker.open('test');
    collector.desire({ breakers: [order] });
    await clock.advance(0);
    expect(breaker.state).toBe('open');
    collector.desire({ breakers: [{ ...order, id: 'o2' }] });
    await clock.advance(0);
    expect(breaker.state).toBe('closed');
  });
});

test('comes with the welcome where the agent has another version', async () => {
  const { agent, clock, collector } = await createTestAgent();
  const breaker = agent.circuitBreaker('payments');
  collector.refuse();
  await clock.advance(0);
  collector.desire({ breakers: [hold({ expiresAt: start + 600_000 })] });
  collector.accept();
  await clock.advance(30_000);
  expect(breaker.state).toBe('forced_open');
  collector.drop();
  await clock.advance(30_000);
  expect(collector.hellos.map(({ desiredVersion }) => desiredVersion)).toEqual([0, 0, 1]);
  expect(collector.applied).toHaveLength(1);
});
