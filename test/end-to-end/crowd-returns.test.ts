import { SeededRandom } from '@holdfast/agent/testing';
import type { AgentView, ListAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { systemClock } from '../../agent/src/time/system-clock.ts';
import { CountingAgent } from '../reliability/support/counting-agent.ts';
import { readStoredLog } from '../reliability/support/stored-log.ts';
import { getJson } from '../support/http.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { killableCollector } from './support/killable-collector.ts';

const agentCount = setting('AGENTS', 300);
const startedAtOnce = 50;

test(
  'a crowd of agents comes back to a restarted collector with everything',
  async () => {
    const scope = scopeOfTest();
    const collector = await killableCollector(scope);
    const { next: random } = new SeededRandom(19);
    const agents: CountingAgent[] = [];
    scope.onEnd(async () => {
      await Promise.all(agents.map(({ agent }) => agent.close({ timeoutMs: 0 })));
    });
    while (agents.length < agentCount) {
      for (let count = 0; count < startedAtOnce && agents.length < agentCount; count++) {
        const instance = `crowd-${agents.length}`;
        agents.push(
          new CountingAgent({
            collector: collector.url,
            instance,
            clock: systemClock,
            random: new SeededRandom(agents.length).next,
          }),
        );
      }
      await realTime.sleep(50);
    }
    await connected(collector.url);
    let isRunning = true;
    const working = (async () => {
      for (; isRunning; await realTime.sleep(5)) await agents[Math.floor(random() * agentCount)]?.work();
    })();

    const slowest = { untilMs: 0, answerMs: 0 };
    await collector.killAndRestart(500);
    const readyMs = realTime.monotonic();
    const probing = probe(collector.url, slowest);
    await connected(collector.url);
    const allBackMs = Math.round(realTime.monotonic() - readyMs);
    const since = (await agentsOf(collector.url))
      .map((one) => one.connectionSinceAt)
      .toSorted((a, b) => a - b);
    isRunning = false;
    slowest.untilMs = -1;
    await Promise.all([working, probing]);
    await Promise.all(agents.map(({ agent }) => agent.close({ timeoutMs: 60_000 })));
    await collector.end();

    const story = { agents: agentCount, allBackMs, mostIn100Ms: mostWithin(since, 100) };
    process.stderr.write(
      `crowd: ${JSON.stringify({ ...story, slowestAnswerMs: Math.round(slowest.answerMs) })}\n`,
    );
    const { agents: stored, problems } = await readStoredLog(collector.dataDir);
    expect(problems).toEqual([]);
    for (const { instance, counted, faults } of agents) {
      expect({ instance, ...stored.get(instance) }).toMatchObject({ instance, ...counted });
      expect(faults).toEqual([]);
    }
  },
  180_000 + agentCount * 60,
);

async function agentsOf(url: string): Promise<readonly AgentView[]> {
  const { items } = await getJson<ListAnswer<AgentView>>(`${url}/api/v1/agents`);
  return items.filter((one) => one.connected);
}

async function connected(url: string): Promise<void> {
  const areAll = async (): Promise<boolean> => (await agentsOf(url)).length === agentCount;
  await waitFor(areAll, { what: 'all agents to be connected', withinMs: 120_000, everyMs: 100 });
}

/** Asks for what costs nothing, again and again: an answer is as late as the collector's loop is held up. */
async function probe(url: string, slowest: { untilMs: number; answerMs: number }): Promise<void> {
  while (slowest.untilMs === 0) {
    const askedMs = realTime.monotonic();
    await fetch(`${url}/readyz`).then((answer) => answer.text());
    slowest.answerMs = Math.max(slowest.answerMs, realTime.monotonic() - askedMs);
    await realTime.sleep(20);
  }
}

/** How many of the moments, ascending, lie at most so close together. */
function mostWithin(moments: readonly number[], ms: number): number {
  let most = 0;
  let from = 0;
  for (const [index, moment] of moments.entries()) {
    while (moment - (moments[from] ?? moment) > ms) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}
