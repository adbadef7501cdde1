import type { ActiveCheckOptions, Endpoints } from '@holdfast/agent';
import { describe, expect, test } from 'vitest';
import { createTestAgent, type TestAgent } from '../../support/agent.ts';

interface Probed extends TestAgent {
  readonly pool: Endpoints;
  /** Endpoints whose probe fails. */
  readonly down: Set<string>;
  /** The endpoints that were probed, in order. */
  readonly probes: string[];
}

async function createProbed(options: Partial<ActiveCheckOptions> = {}): Promise<Probed> {
  const under = await createTestAgent();
  const down = new Set<string>();
  const probes: string[] = [];
  const pool = under.agent.endpoints('orders', {
    endpoints: ['http://a', 'http://b'],
    balance: 'round_robin',
    consecutiveFailures: 1,
    baseEjectionMs: 1_000,
    activeCheck: {
      probe: (endpoint) => {
        probes.push(endpoint);
        if (down.has(endpoint)) throw new Error('connect ECONNREFUSED');
      },
      intervalMs: 1_000,
      ...options,
    },
  });
  return { ...under, pool, down, probes };
}

function states(pool: Endpoints): string[] {
  return pool.status.map(({ state }) => state);
}

describe('an active check', () => {
  test('probes each endpoint on its interval', async () => {
    const { clock, probes } = await createProbed();
    await clock.advance(49);
    expect(probes).toEqual([]);
    await clock.advance(1);
    expect(probes).toEqual(['http://a', 'http://b']);
    await clock.advance(2_000);
    expect(probes.length).toBe(6);
  });

  test('ejects after three failures and restores after two passes', async () => {
    const { clock, pool, down, collector } = await createProbed();
    down.add('http://a');
    await clock.advance(2_049);
    expect(states(pool)).toEqual(['ready', 'ready']);
    await clock.advance(1);
    expect(pool.status[0]).toMatchObject({
      state: 'ejected',
      cause: 'active check: connect ECONNREFUSED',
      untilAt: clock.now() + 1_000,
    });
    await clock.advance(60_000);
    expect(states(pool)).toEqual(['ejected', 'ready']);
    down.clear();
    await clock.advance(1_000);
    expect(states(pool)).toEqual(['ejected', 'ready']);
    await clock.advance(1_000);
    expect(states(pool)).toEqual(['ready', 'ready']);
    await clock.advance(2_000);
    const kinds = collector.events.map(({ kind }) => kind).filter((kind) => kind.startsWith('endpoints'));
    expect(kinds).toEqual(['endpoints.ejected', 'endpoints.restored']);
    expect(collector.problems).toEqual([]);
  });

  test('keeps out what calls ejected while its probes fail', async () => {
    const { clock, pool, down } = await createProbed({ consecutiveFailures: 1, consecutivePasses: 1 });
    down.add('http://a');
    for (let made = 0; made < 2; made++)
      await pool
        .execute(({ endpoint }) => {
          if (endpoint === 'http://a') throw new Error('down');
        })
        .catch(() => undefined);
    expect(pool.status[0]?.cause).toBe('1 failure in a row');
    await clock.advance(5_000);
    expect(states(pool)).toEqual(['ejected', 'ready']);
    down.clear();
    await clock.advance(1_100);
    expect(states(pool)).toEqual(['ready', 'ready']);
  });

  test('never ejects the last endpoint', async () => {
    const { clock, pool, down } = await createProbed();
    down.add('http://a').add('http://b');
    await clock.advance(20_000);
    expect(states(pool)).toEqual(['ejected', 'ready']);
    down.delete('http://a');
    await clock.advance(5_000);
    expect(states(pool)).toEqual(['ready', 'ejected']);
  });

  test('that hangs fails, and is repeated until one is answered', async () => {
    let isHanging = true;
    const signals: AbortSignal[] = [];
    const { clock, pool } = await createProbed({
      timeoutMs: 100,
      probe: (endpoint, signal) => {
        if (endpoint !== 'http://a') return true;
        signals.push(signal);
        return isHanging ? new Promise<boolean>(() => {}) : true;
      },
    });
    await clock.advance(10_000);
    expect(signals.length).toBeLessThan(8);
    expect(signals[0]?.aborted).toBe(true);
    expect(states(pool)).toEqual(['ejected', 'ready']);
    isHanging = false;
    await clock.advance(20_000);
    expect(states(pool)).toEqual(['ready', 'ready']);
  });

  test('goes with its endpoint, and comes with a new one', async () => {
    const { clock, pool, probes } = await createProbed();
    pool.set(['http://b', 'http://c']);
    await clock.advance(50);
    expect(probes).toEqual(['http://b', 'http://c']);
  });

  test('ends with the agent, and lets go of what it kept out', async () => {
    const { agent, clock, pool, down, probes } = await createProbed();
    down.add('http://a');
    await clock.advance(5_000);
    expect(states(pool)).toEqual(['ejected', 'ready']);
    await Promise.all([agent.close(), clock.advance(5_000)]);
    const { length } = probes;
    await clock.advance(10_000);
    expect(probes.length).toBe(length);
    expect(states(pool)).toEqual(['ready', 'ready']);
  });
});
