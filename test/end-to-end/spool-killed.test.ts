import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { SeededRandom } from '@holdfast/agent/testing';
import { startCollector } from '@holdfast/collector';
import type { Random, ResourceAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { getJson } from '../support/http.ts';
import { freePort } from '../support/ports.ts';
import { runToEnd, startProcess } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { changesTold, linesOf, missingOf } from './support/spool-diary.ts';

const kills = setting('SPOOL_KILLS', 10);
const seed = setting('SEED', Math.floor(realTime.monotonic() * 1_000) % 1_000_000);
/** Counts are on disk twice a second. The rest is for a machine that has much else to do. */
const mostLostMs = 3_000;
const program = path.join(repository, 'test/end-to-end/programs/spooling-service.mjs');

test(`a service that is killed ${kills} times loses nothing that was on disk`, async () => {
  const scope = scopeOfTest();
  const random = new SeededRandom(seed).next;
  const [spoolDir, dataDir, diaries] = [
    await temporaryFolder(scope),
    await temporaryFolder(scope),
    await temporaryFolder(scope),
  ];
  const port = await freePort();
  const proxy = await startFaultProxy(scope, { targetPort: () => port, random });
  const allowHosts = [`127.0.0.1:${proxy.port}`];
  const collector = await startCollector({ port, dataDir, allowHosts, log: () => {} });
  scope.onEnd(() => collector.close());
  const command = [process.execPath, program, `ws://127.0.0.1:${proxy.port}`, spoolDir];
  const cwd = path.join(repository, 'test');
  const diaryOf = (round: number): string => path.join(diaries, `${round}`);

  let leftCount = 0;
  for (let round = 0; round < kills; round++) {
    proxy.refuse(random() < 0.6);
    proxy.reset();
    const victim = startProcess(scope, [...command, diaryOf(round), `${round}`], { cwd });
    await waitFor(() => linesOf(diaryOf(round)), { what: 'the service to work', withinMs: 30_000 });
    await realTime.sleep(lifeMs(round, random));
    victim.signal('SIGKILL');
    await victim.exited;
    if ((await readdir(spoolDir)).length > 0) leftCount += 1;
  }
  proxy.heal();
  proxy.refuse(false);
  expect(await runToEnd(scope, command, { cwd })).toMatchObject({ code: 0, stderr: '' });

  const told = await changesTold(collector.url);
  const figures = { seed, kills, leftCount, changes: 0, kept: 0, changesLost: 0, calls: 0, callsLost: 0 };
  let longestMs = 0;
  for (let round = 0; round < kills; round++) {
    const lines = await linesOf(diaryOf(round));
    const last = lines.at(-1);
    const kept = Math.max(...lines.map((line) => line.kept));
    const arrived = told.filter((reason) => reason.startsWith(`${round}/`)).length;
    expect(missingOf(told, { round, kept }), `seed ${seed}`).toEqual([]);
    const calls = await callsTold(collector.url, `work ${round}`);
    const counted = last?.calls ?? 0;
    expect(calls).toBeLessThanOrEqual(counted + 5);
    const reached = lines.findLast((line) => line.calls <= calls) ?? lines[0];
    longestMs = Math.max(longestMs, (last?.atMs ?? 0) - (reached?.atMs ?? 0));
    figures.kept += kept;
    figures.changes += last?.changes ?? 0;
    figures.changesLost += Math.max(0, (last?.changes ?? 0) - arrived);
    figures.calls += counted;
    figures.callsLost += Math.max(0, counted - calls);
  }
  process.stderr.write(`killed with a spool: ${JSON.stringify({ ...figures, longestMs })}\n`);
  expect(longestMs, `seed ${seed}`).toBeLessThan(mostLostMs);
  // Else nothing was put to the test.
  expect(figures.kept).toBeGreaterThan(0);
  expect(leftCount).toBeGreaterThan(0);
  expect(await readdir(spoolDir)).toEqual([]);
}, 900_000);

test('process.exit leaves all that was counted to the next process', async () => {
  const scope = scopeOfTest();
  const [spoolDir, dataDir, port] = [
    await temporaryFolder(scope),
    await temporaryFolder(scope),
    await freePort(),
  ];
  const command = [process.execPath, program, `ws://127.0.0.1:${port}`, spoolDir];
  const cwd = path.join(repository, 'test');
  expect(await runToEnd(scope, [...command, 'exit'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  const collector = await startCollector({ port, dataDir, log: () => {} });
  scope.onEnd(() => collector.close());
  expect(await runToEnd(scope, command, { cwd })).toMatchObject({ code: 0, stderr: '' });
  expect(await changesTold(collector.url)).toEqual(['exit/1']);
  expect(await callsTold(collector.url, 'work exit')).toBe(10);
  expect(await readdir(spoolDir)).toEqual([]);
});

/** One in ten lives for longer than the counts that may be lost with it. */
function lifeMs(round: number, random: Random): number {
  return round % 10 === 9 ? mostLostMs + 1_000 : 50 + random() * 900;
}

async function callsTold(url: string, name: string): Promise<number> {
  const address = `killed/circuit_breaker/${encodeURIComponent(name)}`;
  const answer = await getJson<ResourceAnswer>(`${url}/api/v1/resources/${address}`).catch(() => undefined);
  return answer?.totals.success ?? 0;
}
