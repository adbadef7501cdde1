import { writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { AgentView, ListAnswer } from '@holdfast/shared';
import { expect } from 'vitest';
import { bearer, masterToken } from '../collector/support/tokens.ts';
import { readStoredLog } from '../reliability/support/stored-log.ts';
import { makeCertificate } from '../support/certificate.ts';
import { testWhere } from '../support/needs.ts';
import { freePort } from '../support/ports.ts';
import { startHoldfast } from '../support/product.ts';
import { type Scope, scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Cable, type Cut, layCable } from './support/cable.ts';
import { startLinkedService } from './support/linked-service.ts';

const cycles = setting('CABLE_CUTS', 2);
/** Either end gives the other up within 35 s; more is for a machine that is busy. */
const silenceMs = 40_000;
const cuts: readonly Cut[] = ['link down', 'up', 'down'];

/** In milliseconds after the cut, and after it was mended. */
interface Figures {
  readonly how: Cut;
  readonly atService: number;
  readonly atCollector: number;
  readonly backAfter: number;
}

testWhere('network namespaces')(
  'a cable that carries nothing is noticed at both of its ends',
  async () => {
    const scope = scopeOfTest();
    const cable = layCable(scope);
    const collector = await collectorAt(scope, cable);
    const service = await startLinkedService(scope, {
      collector: `wss://${cable.nearAddress}:${collector.port}`,
      instance: 'far',
      caFile: collector.caFile,
      under: cable.under,
      env: { HOLDFAST_TOKEN: masterToken },
    });
    const areTogether = async (): Promise<boolean> => service.isLive() && (await collector.isConnected());
    const figures: Figures[] = [];
    for (const how of Array.from({ length: cycles }, () => cuts).flat()) {
      await waitFor(areTogether, { what: 'the connection', withinMs: 60_000 });
      await service.work();
      await realTime.sleep(3_000); // then nothing is left to be sent but heartbeats
      const cutMs = realTime.monotonic();
      cable.cut(how);
      const noticed = (what: string, has: () => boolean | Promise<boolean>): Promise<number> =>
        waitFor(has, { what: `${what}, ${how}`, withinMs: 90_000 }).then(() =>
          Math.round(realTime.monotonic() - cutMs),
        );
      const [atService, atCollector] = await Promise.all([
        noticed('the service to notice', () => !service.isLive()),
        noticed('the collector to notice', async () => !(await collector.isConnected())),
      ]);
      await service.work();
      cable.heal(how);
      const healedMs = realTime.monotonic();
      await waitFor(areTogether, { what: `the way back, ${how}`, withinMs: 90_000 });
      const backAfter = Math.round(realTime.monotonic() - healedMs);
      figures.push({ how, atService, atCollector, backAfter });
    }
    await service.end();
    await collector.end();

    for (const figure of figures) process.stderr.write(`cut cable, ms: ${JSON.stringify(figure)}\n`);
    const { agents, problems } = await readStoredLog(collector.dataDir);
    expect(problems).toEqual([]);
    expect(agents.get('far')).toMatchObject(service.counted());
    for (const { atService, atCollector } of figures) {
      expect(atService).toBeLessThan(silenceMs);
      expect(atCollector).toBeLessThan(silenceMs);
    }
  },
  60_000 + cycles * cuts.length * 240_000,
);

/** The built collector at the near end; with TLS, or the agent would not give it its token. */
async function collectorAt(scope: Scope, { nearAddress }: Cable) {
  const [folder, dataDir, port] = [
    await temporaryFolder(scope),
    await temporaryFolder(scope),
    await freePort(),
  ];
  const tls = makeCertificate({ addresses: [nearAddress] });
  const fileOf = (name: keyof typeof tls): string => path.join(folder, name);
  for (const name of ['ca', 'cert', 'key'] as const) await writeFile(fileOf(name), tls[name]);
  const where = ['--host', '0.0.0.0', '--port', `${port}`, '--allow-host', `${nearAddress}:${port}`];
  const files = ['--tls-cert', fileOf('cert'), '--tls-key', fileOf('key'), '--data', dataDir];
  const running = startHoldfast(scope, ['up', ...where, ...files], { env: { HOLDFAST_TOKEN: masterToken } });
  await running.waitForOutput(`${port}`);
  const url = `https://127.0.0.1:${port}/api/v1/agents`;
  const agents = (): Promise<ListAnswer<AgentView>> =>
    new Promise((resolve, reject) => {
      get(url, { ca: tls.ca, agent: false, headers: bearer(masterToken) }, (answer) => {
        // What the route answers is what its schema says.
        text(answer).then((all) => resolve(JSON.parse(all) as ListAnswer<AgentView>), reject);
      }).on('error', reject);
    });
  return {
    port,
    dataDir,
    caFile: fileOf('ca'),
    isConnected: async () => (await agents()).items.some((one) => one.connected),
    end: async () => {
      running.interrupt();
      await running.waitForExit(30_000);
    },
  };
}
