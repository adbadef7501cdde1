import { createAgent } from '@holdfast/agent';
import { SeededRandom } from '@holdfast/agent/testing';
import { expect } from 'vitest';
import { systemClock } from '../../agent/src/time/system-clock.ts';
import { CountingAgent } from '../reliability/support/counting-agent.ts';
import { RollupSender } from '../reliability/support/rollup-sender.ts';
import { readStoredLog } from '../reliability/support/stored-log.ts';
import { testWhere } from '../support/needs.ts';
import { residentBytes } from '../support/process-table.ts';
import { type Scope, scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { killableCollector } from './support/killable-collector.ts';

const seconds = setting('OVERLOAD_SECONDS', 4);
const senderCount = 12;
const rows = 300;
const mostBytes = 512 * 1_024 * 1_024;
/** Within this a change of state is stored, 99 times in 100; a short run has too few of them to say so. */
const promisedMs = 2_000;
const fewChanges = 300;

testWhere('/proc')(
  'a collector that gets more than it takes stays exact and bounded',
  async () => {
    const scope = scopeOfTest();
    const collector = await killableCollector(scope);
    const names = Array.from({ length: senderCount }, (_, index) => `sender-${index}`);
    const senders = names.map((instance) => new RollupSender({ url: collector.url, instance, rows }));
    for (const sender of senders) {
      scope.onEnd(() => sender.end());
      sender.start();
    }
    const agent = new CountingAgent({
      collector: collector.url,
      instance: 'among-them',
      clock: systemClock,
      random: new SeededRandom(29).next,
    });
    scope.onEnd(() => agent.agent.close({ timeoutMs: 0 }));
    const changes = changeStates(scope, collector.url);
    let peakBytes = 0;
    const untilMs = realTime.monotonic() + seconds * 1_000;
    while (realTime.monotonic() < untilMs) {
      await agent.work();
      peakBytes = Math.max(peakBytes, residentBytes(collector.pid));
      await realTime.sleep(50);
    }
    const waits = await changes.end();
    for (const sender of senders) sender.stop();
    const stoppedMs = realTime.monotonic();
    await agent.agent.close({ timeoutMs: 60_000 });
    await waitFor(() => senders.every((sender) => sender.isDone), { what: 'the rest', withinMs: 60_000 });
    const drainedMs = Math.round(realTime.monotonic() - stoppedMs);
    const endedMs = realTime.monotonic();
    await collector.end();
    const savedMs = Math.round(realTime.monotonic() - endedMs);

    const batches = senders.reduce((sum, sender) => sum + sender.sealed, 0);
    const rowsPerSecond = Math.round((batches * rows * 1_000) / (seconds * 1_000 + drainedMs));
    const peakMiB = Math.round(peakBytes / 1_048_576);
    const changeMs = { count: waits.length, p50: atQuantile(waits, 0.5), p99: atQuantile(waits, 0.99) };
    const story = { batches, rowsPerSecond, drainedMs, savedMs, peakMiB, changeMs };
    process.stderr.write(`too much: ${JSON.stringify(story)}\n`);
    const { agents, problems } = await readStoredLog(collector.dataDir);
    expect(problems).toEqual([]);
    expect(agents.get('among-them')).toMatchObject(agent.counted);
    for (const { instance, calls, sealed, problems: heard } of senders) {
      expect(heard).toEqual([]);
      expect(agents.get(instance)).toMatchObject({ calls, batches: sealed });
    }
    expect(peakBytes).toBeLessThan(mostBytes);
    expect(agents.get('changing')?.transitions).toBe(waits.length);
    if (waits.length >= fewChanges) expect(changeMs.p99).toBeLessThan(promisedMs);
  },
  240_000 + seconds * 3_000,
);

/** Changes the state of a breaker again and again, each time until that is stored; in ms how long it took. */
function changeStates(scope: Scope, url: string): { end(): Promise<readonly number[]> } {
  const agent = createAgent({ service: 'counting', instance: 'changing', collector: url });
  scope.onEnd(() => agent.close({ timeoutMs: 0 }));
  const waits: number[] = [];
  let isOver = false;
  const changing = (async () => {
    const isStored = (): boolean => agent.status.connected && agent.status.pendingCount === 0;
    agent.circuitBreaker('changing');
    while (!isOver) {
      await waitFor(isStored, { what: 'all to be stored', withinMs: 60_000, everyMs: 5 });
      const beganMs = realTime.monotonic();
      agent.circuitBreaker('changing').reset();
      await waitFor(isStored, { what: 'the change to be stored', withinMs: 60_000, everyMs: 5 });
      waits.push(Math.round(realTime.monotonic() - beganMs));
      await realTime.sleep(20);
    }
  })();
  return {
    end: async () => {
      isOver = true;
      await changing;
      await agent.close({ timeoutMs: 60_000 });
      return waits;
    },
  };
}

function atQuantile(values: readonly number[], quantile: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * quantile)] ?? Number.NaN;
}
