import { SeededRandom } from '@holdfast/agent/testing';
import { expect } from 'vitest';
import { RollupSender } from '../reliability/support/rollup-sender.ts';
import { readStoredLog } from '../reliability/support/stored-log.ts';
import { testWhere } from '../support/needs.ts';
import { powerCutDisk } from '../support/power-cut-disk.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { killableCollector } from './support/killable-collector.ts';

const cuts = setting('CUTS', 3);

testWhere('loop devices')(
  'a collector whose power is cut keeps all that it acknowledged',
  async () => {
    const scope = scopeOfTest();
    const random = new SeededRandom(23).next;
    const disk = await powerCutDisk(scope, 2_147_483_648);
    const collector = await killableCollector(scope, disk.folder);
    const names = ['sender-0', 'sender-1'];
    const pace = { rows: 100, rowsPerSecond: 2_000 };
    const senders = names.map((instance) => new RollupSender({ url: collector.url, instance, ...pace }));
    for (const sender of senders) {
      scope.onEnd(() => sender.end());
      sender.start();
    }
    const newestAck = (): number => Math.max(...senders.map((sender) => sender.ackedAtMs));
    let acknowledged = 0;
    for (let cut = 0; cut < cuts; cut++) {
      await waitFor(() => newestAck() > 0, { what: 'an acknowledgement', withinMs: 60_000 });
      await realTime.sleep(random() * 1_000);
      await collector.freeze();
      disk.cut();
      acknowledged = senders.reduce((sum, sender) => sum + sender.stored, 0);
      const cutMs = realTime.monotonic();
      await collector.killAndRestart(() => disk.switchToCut());
      await waitFor(() => newestAck() > cutMs, { what: 'it to go on', withinMs: 60_000 });
    }
    for (const sender of senders) sender.stop();
    await waitFor(() => senders.every((sender) => sender.isDone), { what: 'the rest', withinMs: 60_000 });
    await collector.end();

    const batches = senders.reduce((sum, sender) => sum + sender.sealed, 0);
    process.stderr.write(`power cuts: ${JSON.stringify({ cuts, batches, acknowledged })}\n`);
    const { agents, problems } = await readStoredLog(collector.dataDir);
    expect(problems).toEqual([]);
    for (const { instance, calls, sealed, problems: heard } of senders) {
      expect(heard).toEqual([]);
      expect(agents.get(instance)).toMatchObject({ calls, batches: sealed });
    }
  },
  60_000 + cuts * 15_000,
);
