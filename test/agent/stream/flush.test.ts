import { countIndex } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { createAgent } from '@holdfast/agent';
import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';
import { connectedStream } from '../support/stream.ts';

const breaker = { kind: 'circuit_breaker', name: 'payments' } as const;

function connectedAgent(): ReturnType<typeof createAgent> & { clock: FakeClock; memory: MemoryCollector } {
  const clock = new FakeClock(1_700_000_000_000);
  const memory = new MemoryCollector({ clock });
  return Object.assign(createAgent({ service: 'shop', collector: memory, clock }), { clock, memory });
}

describe('flush over a connection', () => {
  test('sends what was counted and resolves once it is stored', async () => {
    const agent = connectedAgent();
    await agent.clock.advance(0);
    await agent.circuitBreaker('payments').execute(() => 1);
    expect(await settled(agent.flush(), agent.clock)).toEqual({ storedCount: 1, pendingCount: 0 });
    expect(agent.memory.totals('circuit_breaker', 'payments')).toEqual({ success: 1 });
  });

  test('waits for a connection that is on its way', async () => {
    const agent = connectedAgent();
    const flushed = agent.flush();
    expect(await settled(flushed, agent.clock)).toMatchObject({ pendingCount: 0 });
    expect(agent.status.connected).toBe(true);
  });

  test('resolves at its deadline with what is pending', async () => {
    const agent = connectedAgent();
    await agent.clock.advance(0);
    agent.memory.stall();
    await agent.circuitBreaker('payments').execute(() => 1);
    const flushed = agent.flush({ deadlineMs: 500 });
    await agent.clock.advance(499);
    const early = await Promise.race([flushed, Promise.resolve('waits')]);
    expect(early).toBe('waits');
    await agent.clock.advance(1);
    expect(await flushed).toMatchObject({ storedCount: 0, pendingCount: 1 });
  });

  test('resolves at once where nobody is there', async () => {
    const agent = connectedAgent();
    agent.memory.refuse();
    const flushed = await settled(agent.flush(), agent.clock);
    expect(flushed).toMatchObject({ storedCount: 0, problem: expect.any(String) as string });
    expect(flushed.pendingCount).toBeGreaterThan(0);
  });

  test('does nothing without a collector, and after close', async () => {
    const local = createAgent({ service: 'shop', collector: false });
    expect(await local.flush()).toMatchObject({ storedCount: 0 });
    const agent = connectedAgent();
    await settled(agent.close(), agent.clock);
    expect(await agent.flush()).toMatchObject({ storedCount: 0, pendingCount: 0 });
  });

  test('ends though calls go on without a break', async () => {
    const stream = await connectedStream();
    const meter = stream.recorder.meter(breaker);
    const busy = (): void => {
      meter.count(countIndex.success);
      stream.recorder.emit({ kind: 'config.changed', changes: ['again'] });
    };
    busy();
    const flushed = stream.session.flush(2_000).then(() => 'stored');
    for (let i = 0; i < 5; i++) {
      busy();
      await stream.clock.advance(0);
    }
    expect(await Promise.race([flushed, Promise.resolve('waits')])).toBe('stored');
  });
});

async function settled<T>(promise: Promise<T>, clock: FakeClock): Promise<T> {
  await clock.advance(0);
  await clock.advance(0);
  return promise;
}
