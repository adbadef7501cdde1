import { SeededRandom } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { RollupSender } from '../reliability/support/rollup-sender.ts';
import { readStoredLog } from '../reliability/support/stored-log.ts';
import { runToEnd } from '../support/process.ts';
import { holdfastCommand } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { killableCollector } from './support/killable-collector.ts';

const kills = setting('KILLS', 5);
const senderCount = 4;
const rows = 500;
const rowsPerSecond = 24_000 / senderCount;

test(
  'kill -9 in a loop loses nothing and doubles nothing',
  async () => {
    const scope = scopeOfTest();
    const random = new SeededRandom(11).next;
    const collector = await killableCollector(scope);
    const names = Array.from({ length: senderCount }, (_, index) => `sender-${index}`);
    const senders = names.map(
      (instance) => new RollupSender({ url: collector.url, instance, rows, rowsPerSecond }),
    );
    const beganMs = realTime.monotonic();
    for (const sender of senders) {
      scope.onEnd(() => sender.end());
      sender.start();
    }
    const newestAck = (): number => Math.max(...senders.map((sender) => sender.ackedAtMs));
    await waitFor(() => newestAck() > 0, { what: 'the first acknowledgement', withinMs: 30_000 });

    const recoveries: number[] = [];
    for (let kill = 0; kill < kills; kill++) {
      await realTime.sleep(100 + random() * 600);
      const killedMs = realTime.monotonic();
      await collector.killAndRestart(0);
      await waitFor(() => newestAck() > killedMs + 20, { what: 'it to go on', withinMs: 60_000, everyMs: 5 });
      recoveries.push(Math.round(newestAck() - killedMs));
    }
    for (const sender of senders) sender.stop();
    await waitFor(() => senders.every((sender) => sender.isDone), { what: 'the rest', withinMs: 60_000 });
    const tookMs = realTime.monotonic() - beganMs;
    await collector.end();

    const batches = senders.reduce((sum, sender) => sum + sender.sealed, 0);
    const sorted = recoveries.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const recovery = { p50: at(0.5), p99: at(0.99) };
    const rate = Math.round((batches * rows * 1_000) / tookMs);
    const story = { kills, batches, rowsPerSecond: rate, killToFirstAckMs: recovery };
    process.stderr.write(`kill loop: ${JSON.stringify(story)}\n`);
    const { agents, problems } = await readStoredLog(collector.dataDir);
    expect(problems).toEqual([]);
    for (const { instance, calls, sealed, problems: heard } of senders) {
      expect(heard).toEqual([]);
      expect(agents.get(instance)).toMatchObject({ calls, batches: sealed });
    }
    const check = await runToEnd(scope, holdfastCommand(['admin', 'check', '--data', collector.dataDir]));
    expect(check).toMatchObject({ code: 0 });
  },
  60_000 + kills * 10_000,
);
