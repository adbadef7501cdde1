import { FakeClock, SeededRandom } from '@holdfast/agent/testing';
import type { AgentView, ListAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { startTestCollector } from '../collector/support/start-collector.ts';
import { startAt } from '../collector/support/wire-agent.ts';
import { type Direction, startFaultProxy } from '../support/fault-proxy.ts';
import { getJson } from '../support/http.ts';
import { type Scope, scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { realTime } from '../support/time.ts';
import { CountingAgent } from './support/counting-agent.ts';
import { readStoredLog } from './support/stored-log.ts';

const cycles = setting('BLACK_HOLES', 1);
/** Of the clock that the test moves. */
const promisedSeconds = 35;
const giveUpSeconds = 120;

/** By name, the silence that begins and, after these seconds, the one that follows. */
const silences: Readonly<Record<string, Silence>> = {
  up: { first: 'up' },
  down: { first: 'down' },
  both: { first: 'both' },
  // As over a cable: whose bytes are not acknowledged sends those again, and nothing new.
  'down, then both': { first: 'down', thenSeconds: 15 },
};

interface Silence {
  readonly first: Direction | 'both';
  readonly thenSeconds?: number;
}

test.each(Object.entries(silences))(
  'silence (%s) is noticed in time by either side',
  async (name, { first, thenSeconds }) => {
    const { agent, proxy, collector, ...link } = await quietLink(scopeOfTest());
    const noticed = { agent: 0, collector: 0 };
    for (let cycle = 0; cycle < cycles; cycle++) {
      await agent.work();
      await link.secondsUntil(link.isConnected);
      await link.seconds(20 + (cycle % 15)); // nothing is left to be sent but heartbeats
      const before = proxy.acceptedCount;
      link.silence(first);
      const after = { agent: 0, collector: 0 };
      const cutAt = link.now();
      for (let passed = 1; after.agent === 0 || after.collector === 0; passed++) {
        await link.seconds(1);
        if (passed === thenSeconds) link.silence('both');
        if (after.agent === 0 && proxy.acceptedCount > before) after.agent = passed;
        if (after.collector === 0) after.collector = ((await link.lostAt()) ?? cutAt) - cutAt;
        if (passed > giveUpSeconds) throw new Error(`nobody notices: ${JSON.stringify(after)}`);
      }
      noticed.agent = Math.max(noticed.agent, after.agent);
      noticed.collector = Math.max(noticed.collector, after.collector / 1_000);
      await agent.work();
      link.heal();
    }
    process.stderr.write(`black hole ${name}, noticed after s: ${JSON.stringify(noticed)}\n`);
    await link.secondsUntil(link.isConnected);
    await link.secondsWhile(agent.agent.close({ timeoutMs: 600_000 }));
    await collector.close(); // within 5 s of a clock that stands still now
    const { agents, problems } = await readStoredLog(collector.dataDir);
    expect(problems).toEqual([]);
    expect(agents.get('quiet')).toMatchObject(agent.counted);
    expect(noticed.agent).toBeLessThanOrEqual(promisedSeconds);
    expect(noticed.collector).toBeLessThanOrEqual(promisedSeconds);
  },
  20_000 + cycles * 5_000,
);

/** An agent and a collector behind a proxy, on one clock that goes on by seconds. */
async function quietLink(scope: Scope) {
  const clock = new FakeClock(startAt);
  const random = new SeededRandom(3).next;
  let port = 0;
  const proxy = await startFaultProxy(scope, { targetPort: () => port, random });
  const collector = await startTestCollector(scope, { allowHosts: [`127.0.0.1:${proxy.port}`], clock });
  ({ port } = collector);
  const url = `ws://127.0.0.1:${proxy.port}`;
  const agent = new CountingAgent({ collector: url, instance: 'quiet', clock, random });
  const agents = async (): Promise<readonly AgentView[]> =>
    (await getJson<ListAnswer<AgentView>>(`${collector.url}/api/v1/agents`)).items;
  const isConnected = async (): Promise<boolean> => (await agents()).some((one) => one.connected);
  /** When the collector found that the agent is gone; it may be shown later, as a disk is slow. */
  const lostAt = async (): Promise<number | undefined> =>
    (await agents()).find((one) => !one.connected)?.connectionSinceAt;
  let isSilent = false;
  const silence = (direction: Direction | 'both'): void => {
    isSilent = true;
    proxy.befall(direction, { isBlackHole: true });
  };
  const heal = (): void => {
    isSilent = false;
    proxy.heal();
  };
  /** Lets seconds pass, and after each what is on the way arrive. */
  const seconds = async (count: number): Promise<void> => {
    for (let passed = 0; passed < count; passed++) {
      await clock.advance(1_000);
      if (isSilent) await realTime.sleep(8);
      else await agent.settle();
    }
  };
  const secondsUntil = async (holds: () => boolean | Promise<boolean>): Promise<number> => {
    for (let passed = 0; passed < 600; passed++) {
      if (await holds()) return passed;
      await seconds(1);
    }
    throw new Error('ten minutes were not enough');
  };
  const secondsWhile = async (work: Promise<void>): Promise<number> => {
    let isDone = false;
    void work.then(() => (isDone = true));
    return secondsUntil(() => isDone);
  };
  return {
    agent,
    proxy,
    collector,
    silence,
    heal,
    isConnected,
    lostAt,
    now: () => clock.now(),
    seconds,
    secondsUntil,
    secondsWhile,
  };
}
