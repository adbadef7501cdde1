import { SeededRandom } from '@holdfast/agent/testing';
import { expect } from 'vitest';
import { systemClock } from '../../agent/src/time/system-clock.ts';
import { CountingAgent } from '../reliability/support/counting-agent.ts';
import { RollupSender } from '../reliability/support/rollup-sender.ts';
import { readStoredLog } from '../reliability/support/stored-log.ts';
import { testWhere } from '../support/needs.ts';
import { residentBytes } from '../support/process-table.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { killableCollector } from './support/killable-collector.ts';

const seconds = setting('OVERLOAD_SECONDS', 4);
const senderCount = 12;
const rows = 300;
const mostBytes = 512 * 1_024 * 1_024;

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
    let peakBytes = 0;
    const untilMs = realTime.monotonic() + seconds * 1_000;
    while (realTime.monotonic() < untilMs) {
      await agent.work();
      peakBytes = Math.max(peakBytes, residentBytes(collector.pid));
      await realTime.sleep(50);
    }
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
    const story = { batches, rowsPerSecond, drainedMs, savedMs, peakMiB };
    process.stderr.write(`too much: ${JSON.stringify(story)}\n`);
    const { agents, problems } = await readStoredLog(collector.dataDir);
    expect(problems).toEqual([]);
    expect(agents.get('among-them')).toMatchObject(agent.counted);
    for (const { instance, calls, sealed, problems: heard } of senders) {
      expect(heard).toEqual([]);
      expect(agents.get(instance)).toMatchObject({ calls, batches: sealed });
    }
    expect(peakBytes).toBeLessThan(mostBytes);
  },
  240_000 + seconds * 3_000,
);
