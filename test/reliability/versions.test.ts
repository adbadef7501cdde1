import { createAgent } from '@holdfast/agent';
import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import type { Link, LinkListener, Transport } from '../../agent/src/stream/transport.ts';
import { availableDrivers } from '../collector/support/drivers.ts';
import { startTestCollector } from '../collector/support/start-collector.ts';
import { batchWith, helloWith, openedEvent, WireAgent } from '../collector/support/wire-agent.ts';
import { scopeOfTest } from '../support/scope.ts';
import { readStoredLog } from './support/stored-log.ts';

describe('a collector', () => {
  test.each([0, 2])('tells an agent of protocol %i why it is not understood', async (protocol) => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.connect(scope, collector.url);
    agent.send({ ...helloWith(), protocol });
    expect((await agent.next('refused')).problem).toContain('protocol');
    expect(await agent.waitForClose()).toMatchObject({ code: 4400 });
  });

  test('takes what a newer agent says, and keeps the bytes', async () => {
    const scope = scopeOfTest();
    const collector = await startTestCollector(scope);
    const agent = await WireAgent.connect(scope, collector.url);
    agent.send({ ...helloWith(), caps: ['teleport'], region: { of: 'the moon' } });
    await agent.next('welcome');
    agent.send({ ...batchWith(1), moods: [1, 2, 3] });
    const news = { kind: 'time_machine.started', at: 1, resource: 0, to: { year: 1955 } };
    agent.send({ ...batchWith(2), events: [news, { ...openedEvent(), mood: 'good' }] });
    await agent.acknowledged(2);
    expect(agent.all('refused')).toEqual([]);
    await collector.close();

    const { agents, problems } = await readStoredLog(collector.dataDir);
    expect({ problems, stored: agents.get('a') }).toMatchObject({ problems: [], stored: { transitions: 1 } });
    const [driver] = await availableDrivers();
    const database = await driver?.open(`${collector.dataDir}/holdfast.db`);
    const rows =
      (await database?.all("SELECT CAST(body AS TEXT) AS body FROM log WHERE type = 'batch'")) ?? [];
    await database?.close();
    expect(rows.map(({ body }) => body).join('\n')).toContain(JSON.stringify(news));
  });
});

describe('an agent', () => {
  test('takes what a newer collector of its protocol says', async () => {
    const clock = new FakeClock(1_700_000_000_000);
    const memory = new MemoryCollector({ clock });
    const { agent, faults } = agentOf(
      clock,
      changing(memory, (frame) => ({ ...frame, news: ['tomorrow'] })),
    );
    for (let call = 0; call < 3; call++) {
      await agent.circuitBreaker('payments').execute(() => Promise.resolve('paid'));
      await clock.advance(20_000);
    }
    expect(memory.totals('circuit_breaker', 'payments')).toEqual({ success: 3 });
    expect({ faults, problems: memory.problems }).toEqual({ faults: [], problems: [] });
    await agent.close({ timeoutMs: 0 });
  });

  test('brings back the newest audit head, of a collector that has one', async () => {
    const clock = new FakeClock(1_700_000_000_000);
    const memory = new MemoryCollector({ clock });
    let auditHead: string | undefined = 'welcome';
    const { agent, faults } = agentOf(
      clock,
      changing(memory, (frame) => ({ ...frame, auditHead })),
    );
    const comeBack = async (): Promise<string | undefined> => {
      memory.drop();
      await clock.advance(60_000);
      return memory.hellos.at(-1)?.auditHead;
    };
    await clock.advance(1_000);
    expect(memory.hellos[0]).not.toHaveProperty('auditHead');
    auditHead = 'newer';
    expect(await comeBack()).toBe('welcome');
    auditHead = 'newest';
    await clock.advance(60_000); // with a pong
    auditHead = undefined;
    expect(await comeBack()).toBe('newest');
    expect({ faults, problems: memory.problems }).toEqual({ faults: [], problems: [] });
    await agent.close({ timeoutMs: 0 });
  });

  test('goes on without a collector that does not speak its protocol', async () => {
    const clock = new FakeClock(1_700_000_000_000);
    const memory = new MemoryCollector({ clock });
    const refusal = { type: 'refused', problem: 'frame.protocol must be 7, got 1' };
    const { agent, faults } = agentOf(
      clock,
      changing(memory, () => refusal),
    );
    for (let minute = 0; minute < 10; minute++) {
      expect(await agent.circuitBreaker('payments').execute(() => Promise.resolve('paid'))).toBe('paid');
      await clock.advance(60_000);
    }
    expect(String(faults[0])).toContain('frame.protocol must be 7');
    expect(memory.hellos.length).toBeLessThan(200);
    await agent.close({ timeoutMs: 0 });
  });
});

function agentOf(clock: FakeClock, collector: Transport) {
  const faults: unknown[] = [];
  const onInternalError = (error: unknown): void => void faults.push(error);
  return { agent: createAgent({ service: 'shop', collector, clock, onInternalError }), faults };
}

/** A collector whose frames are others by the time that they arrive. */
function changing(memory: MemoryCollector, change: (frame: object) => object): Transport {
  return {
    connect: (listener: LinkListener): Link =>
      memory.connect({
        opened: () => listener.opened(),
        frame: (text) => listener.frame(JSON.stringify(change(JSON.parse(text) as object))),
        closed: (end) => listener.closed(end),
      }),
  };
}
