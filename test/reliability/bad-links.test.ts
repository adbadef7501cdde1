import { SeededRandom } from '@holdfast/agent/testing';
import { startCollector } from '@holdfast/collector';
import { expect, test } from 'vitest';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { playFaults } from '../support/fault-schedule.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { realTime } from '../support/time.ts';
import { CountingAgent } from './support/counting-agent.ts';
import { hurriedClock } from './support/hurried-clock.ts';
import { readStoredLog } from './support/stored-log.ts';

const seconds = setting('LINK_SECONDS', 8);
const seed = setting('SEED', Math.floor(realTime.monotonic() * 1_000) % 1_000_000);
const agentCount = 4;

test(
  'links that fail in every way lose nothing and double nothing',
  async () => {
    const scope = scopeOfTest();
    const random = new SeededRandom(seed).next;
    const clock = hurriedClock(5); // a heartbeat takes 3 s
    let port = 0;
    const proxies = await Promise.all(
      Array.from({ length: agentCount }, () =>
        startFaultProxy(scope, { targetPort: () => port, random: new SeededRandom(seed).next }),
      ),
    );
    const dataDir = await temporaryFolder(scope);
    const allowHosts = proxies.map((proxy) => `127.0.0.1:${proxy.port}`);
    const collector = await startCollector({ dataDir, port: 0, allowHosts, clock });
    scope.onEnd(() => collector.close());
    ({ port } = collector);
    const agents = proxies.map(
      (proxy, index) =>
        new CountingAgent({
          collector: `ws://127.0.0.1:${proxy.port}`,
          instance: `counting-${index}`,
          clock,
          random: new SeededRandom(seed + index).next,
        }),
    );
    for (const { agent } of agents) scope.onEnd(() => agent.close({ timeoutMs: 0 }));

    let isRunning = true;
    const working = agents.map(async (agent) => {
      for (; isRunning; await realTime.sleep(10)) await agent.work();
    });
    const played = await playFaults({ proxies, random, forMs: seconds * 1_000, longestMs: 1_200 });
    isRunning = false;
    await Promise.all(working);
    await Promise.all(agents.map(({ agent }) => agent.close({ timeoutMs: 300_000 })));
    await collector.close();

    const { agents: stored, problems } = await readStoredLog(dataDir);
    const connections = proxies.reduce((sum, proxy) => sum + proxy.acceptedCount, 0);
    const batches = [...stored.values()].reduce((sum, one) => sum + one.batches, 0);
    const story = { seed, seconds, connections, batches, ...played };
    process.stderr.write(`bad links: ${JSON.stringify(story)}\n`);
    expect(problems).toEqual([]);
    for (const { instance, counted } of agents) expect(stored.get(instance)).toMatchObject(counted);
    expect(connections).toBeGreaterThan(agentCount); // an idle run is no good one
  },
  seconds * 1_000 + 120_000,
);
