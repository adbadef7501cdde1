import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startTestCollector } from '../../collector/support/start-collector.ts';
import { freePort } from '../../support/ports.ts';
import { hurriedClock } from '../../reliability/support/hurried-clock.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { realTime } from '../../support/time.ts';
import { waitFor } from '../../support/wait-for.ts';
import { spoolAgent, work } from './support/spool-agent.ts';

/** A file whose reading ends only when somebody writes into it, which `answer` does. */
async function hangingFile(file: string): Promise<() => Promise<void>> {
  execFileSync('mkfifo', [file]);
  return async () => {
    // Without waiting for a reader: where nobody reads any more there is nobody to answer.
    const writer = await open(file, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined);
    await writer?.close();
  };
}

test('a folder that cannot be made is reported, and no more', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const { agent, faults } = spoolAgent(scope, { collector: collector.url, spoolDir: '/proc/none/spool' });
  await waitFor(() => agent.status.connected, { what: 'the connection', withinMs: 30_000 });
  await work(agent, { calls: 3, changes: 1 });
  expect(await agent.flush({ deadlineMs: 30_000 })).toMatchObject({ pendingCount: 0 });
  await waitFor(() => faults.length > 0, { what: 'the report' });
  expect(faults).toEqual([expect.stringMatching(/^the spool fails: ENOENT/)]);
  await agent.close();
});

test('a disk that does not answer keeps no agent from its collector', async () => {
  const scope = scopeOfTest();
  const spoolDir = await temporaryFolder(scope);
  const left = path.join(spoolDir, 'run_e0_0_left');
  await mkdir(left);
  const answer = await hangingFile(path.join(left, 'run.json'));
  scope.onEnd(answer);
  const collector = await startTestCollector(scope);
  const { agent, faults } = spoolAgent(scope, { collector: collector.url, spoolDir, clock: hurriedClock(4) });
  await work(agent, { calls: 3, changes: 1 });
  await waitFor(() => agent.status.connected, { what: 'the connection', withinMs: 30_000 });
  expect(faults).toEqual(['the spool fails: the disk does not answer']);
  expect(agent.status.problem).toBe('the spool cannot be written: the disk does not answer');
  expect(agent.status.internalErrorCount).toBe(1);
  expect(await agent.flush({ deadlineMs: 30_000 })).toMatchObject({ pendingCount: 0 });
  await answer(); // no run.json that could be read
  await waitFor(() => agent.status.problem === undefined, { what: 'the disk' });
  await work(agent, { changes: 1 });
  const isOurs = (name: string): boolean => name.includes(`_${process.pid}-`);
  await waitFor(async () => (await readdir(spoolDir)).some(isOurs), { what: 'the own folder' });
});

test('an agent ends in time though its disk does not answer', async () => {
  const scope = scopeOfTest();
  const spoolDir = await temporaryFolder(scope);
  const left = path.join(spoolDir, 'run_e0_0_left');
  await mkdir(left);
  scope.onEnd(await hangingFile(path.join(left, 'run.json')));
  const { agent } = spoolAgent(scope, { collector: `ws://127.0.0.1:${await freePort()}`, spoolDir });
  await work(agent, { calls: 3, changes: 1 });
  const startMs = realTime.monotonic();
  await agent.close({ timeoutMs: 3_000 });
  expect(realTime.monotonic() - startMs).toBeLessThan(5_900); // not twice its time
});
