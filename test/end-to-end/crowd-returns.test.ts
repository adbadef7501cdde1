import type { AgentView, ListAnswer } from '@holdfast/shared';
import { expect } from 'vitest';
import { systemClock } from '../../collector/src/time/system-clock.ts';
import { readStoredLog } from '../reliability/support/stored-log.ts';
import { getJson } from '../support/http.ts';
import { openFiles, testWhere } from '../support/needs.ts';
import { residentBytes } from '../support/process-table.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { realTime } from '../support/time.ts';
import { startCrowd } from './support/crowd.ts';
import { killableCollector } from './support/killable-collector.ts';

const agentCount = setting('AGENTS', 300);
/** What a collector asks of those who come back: a random time within this, and never less than a second. */
const spreadMs = Math.max(1_000, (agentCount * 1_000) / 500);
const mebibyte = 1_048_576;

testWhere('/proc', openFiles(Math.ceil(agentCount * 1.1) + 500))(
  'a crowd of agents comes back to a restarted collector with everything',
  async () => {
    const scope = scopeOfTest();
    const collector = await killableCollector(scope);
    const crowd = startCrowd(scope, collector.url, agentCount);
    await crowd.connected();
    const before = Math.round(residentBytes(collector.pid) / mebibyte);

    await collector.killAndRestart(() => crowd.workTogether());
    const readyAt = systemClock.now();
    const watched = { isOver: false, answerMs: 0, bytes: 0 };
    const watching = watch(collector, watched);
    const stored = await crowd.stored();
    await crowd.connected();
    watched.isOver = true;
    await watching;
    const since = await connectedSince(collector.url);
    const { counted, faults } = await crowd.end();
    await collector.end();

    const story = {
      agents: agentCount,
      allBackMs: (since.at(-1) ?? 0) - readyAt,
      firstStoredMs: stored.first - readyAt,
      allStoredMs: stored.last - readyAt,
      mostIn100Ms: mostWithin(since, 100),
      middleMs: (since[Math.floor(agentCount * 0.9)] ?? 0) - (since[Math.floor(agentCount * 0.1)] ?? 0),
      slowestAnswerMs: Math.round(watched.answerMs),
      mebibytes: { before, most: Math.round(watched.bytes / mebibyte) },
    };
    process.stderr.write(`crowd: ${JSON.stringify(story)}\n`);
    const { agents, problems } = await readStoredLog(collector.dataDir);
    expect(problems).toEqual([]);
    expect(faults).toEqual([]);
    expect(counted).toHaveLength(agentCount);
    for (const { instance, ...counts } of counted)
      expect({ instance, ...agents.get(instance) }).toMatchObject({ instance, ...counts });
    // Four fifths of times that are drawn from so many; a machine that is busy only makes it more.
    expect(story.middleMs).toBeGreaterThan(spreadMs * 0.4);
  },
  180_000 + agentCount * 30,
);

/** When each agent's connection began, ascending, of those that are connected. */
async function connectedSince(url: string): Promise<readonly number[]> {
  const { items } = await getJson<ListAnswer<AgentView>>(`${url}/api/v1/agents`);
  const since = items.filter(({ connected }) => connected).map((one) => one.connectionSinceAt);
  return since.toSorted((a, b) => a - b);
}

/** Asks for what costs nothing, again and again: an answer is as late as the collector's loop is held up. */
async function watch(
  { url, pid }: { readonly url: string; readonly pid: number },
  watched: { isOver: boolean; answerMs: number; bytes: number },
): Promise<void> {
  while (!watched.isOver) {
    const askedMs = realTime.monotonic();
    await fetch(`${url}/readyz`).then((answer) => answer.text());
    watched.answerMs = Math.max(watched.answerMs, realTime.monotonic() - askedMs);
    watched.bytes = Math.max(watched.bytes, residentBytes(pid));
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
