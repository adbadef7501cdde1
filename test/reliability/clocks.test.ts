import { FakeClock, SeededRandom } from '@holdfast/agent/testing';
import type { AgentView, Clock, ListAnswer } from '@holdfast/shared';
import { startCollector } from '@holdfast/collector';
import { expect, test } from 'vitest';
import { startAt } from '../collector/support/wire-agent.ts';
import { getJson } from '../support/http.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { CountingAgent } from './support/counting-agent.ts';
import { readStoredLog } from './support/stored-log.ts';

/** One second of time for all, and for each a wall clock that somebody sets. */
class SetClock implements Clock {
  /** What to add to the right time. */
  offsetMs = 0;
  private readonly time: FakeClock;

  constructor(time: FakeClock) {
    this.time = time;
  }

  now = (): number => this.time.now() + this.offsetMs;
  monotonic = (): number => this.time.monotonic();
  setTimeout: Clock['setTimeout'] = (run, delayMs) => this.time.setTimeout(run, delayMs);
}

/** How often all of the jumps. */
const series = setting('CLOCK_SERIES', 1);
const hourMs = 3_600_000;
/** Long enough that a day beyond 2038 is not too late for what is stored. */
const retentionMs = 20 * 366 * 24 * hourMs;
const jumps: Readonly<Record<string, number>> = {
  'an hour on': hourMs,
  'an hour back': -hourMs,
  'a day on': 24 * hourMs,
  'a day back': -24 * hourMs,
  'beyond 2038': Date.UTC(2038, 0, 19, 3, 14, 8) - startAt,
  'a leap second back': -1_000,
  'as it was': 0,
};

const jump = async (whose: 'agent' | 'collector'): Promise<void> => {
  const scope = scopeOfTest();
  const time = new FakeClock(startAt);
  const clocks = { agent: new SetClock(time), collector: new SetClock(time) };
  const dataDir = await temporaryFolder(scope);
  const collector = await startCollector({ dataDir, port: 0, retentionMs, clock: clocks.collector });
  scope.onEnd(() => collector.close());
  const agent = new CountingAgent({
    collector: collector.url,
    instance: 'jumping',
    clock: clocks.agent,
    random: new SeededRandom(5).next,
  });
  const isShown = async (): Promise<boolean> => {
    const { items } = await getJson<ListAnswer<AgentView>>(`${collector.url}/api/v1/agents`);
    const shownMs = items.find((one) => one.connected)?.clockOffsetMs ?? Number.NaN;
    return Math.abs(shownMs - (clocks.collector.offsetMs - clocks.agent.offsetMs)) <= 50;
  };
  await secondsUntil({ time, agent }, isShown);
  let slowestSeconds = 0;
  for (const [name, offsetMs] of Array.from({ length: series }, () => Object.entries(jumps)).flat()) {
    await agent.work();
    clocks[whose].offsetMs = offsetMs;
    await agent.work();
    const shownAfter = await secondsUntil({ time, agent }, isShown);
    expect({ name, isSoon: shownAfter <= 35 }).toEqual({ name, isSoon: true });
    slowestSeconds = Math.max(slowestSeconds, shownAfter);
  }
  const jumpCount = series * Object.keys(jumps).length;
  const story = `${jumpCount} jumps, the offset is right after ${slowestSeconds} s at most`;
  process.stderr.write(`the clock of the ${whose}: ${story}\n`);
  let isClosed = false;
  void agent.agent.close({ timeoutMs: 60_000 }).then(() => (isClosed = true));
  await secondsUntil({ time, agent }, () => isClosed);
  await collector.close(); // within 5 s of a clock that stands still now
  const { agents, problems } = await readStoredLog(dataDir);
  expect(problems).toEqual([]);
  expect(agents.get('jumping')).toMatchObject(agent.counted);
};

test.each(['agent', 'collector'] as const)('the wall clock of the %s may jump', jump, 20_000 * series);

/** Lets seconds pass, and after each what is on the way arrive. */
async function secondsUntil(
  { time, agent }: { readonly time: FakeClock; readonly agent: CountingAgent },
  holds: () => boolean | Promise<boolean>,
): Promise<number> {
  for (let passed = 0; passed < 300; passed++) {
    if (await holds()) return passed;
    await time.advance(1_000);
    await agent.settle();
  }
  throw new Error('five minutes were not enough');
}
