import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MemoryCollector } from '@holdfast/agent/testing';
import type { Batch } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { readLeftRun } from '../../../agent/src/spool/left-run.ts';
import { testWhere } from '../../support/needs.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { spoolAlone } from './support/spool-alone.ts';
import { spoolAgent, type SpoolAgent, work } from './support/spool-agent.ts';

/** What must hold whatever the disk does: calls go through, and all of it arrives at a collector. */
async function goesOn(collector: MemoryCollector, { agent }: SpoolAgent): Promise<void> {
  await work(agent, { calls: 20, changes: 2 });
  collector.accept();
  await waitFor(() => agent.status.connected, { what: 'the connection', withinMs: 30_000 });
  await agent.flush({ deadlineMs: 30_000 });
  expect(collector.totals('circuit_breaker', 'payments')).toMatchObject({ success: 20 });
  const changes = collector.events.filter(({ kind }) => kind === 'circuit_breaker.closed');
  expect(changes).toHaveLength(2);
  expect(collector.problems).toEqual([]);
  await agent.close();
}

test('without its folder the agent goes on in memory, and says so', async () => {
  const scope = scopeOfTest();
  const spoolDir = path.join(await temporaryFolder(scope), 'file', 'folder');
  await writeFile(path.dirname(spoolDir), 'no folder');
  const collector = new MemoryCollector();
  collector.refuse();
  const started = spoolAgent(scope, { collector, spoolDir });
  await work(started.agent, { changes: 1 });
  await waitFor(() => /the spool fails: ENOTDIR/.test(started.faults.join()), {
    what: 'the report of the spool',
  });
  expect(started.agent.status.spool?.problem).toMatch(/ENOTDIR/);
  expect(started.agent.status.internalErrorCount).toBeGreaterThan(0);
  collector.accept();
  await waitFor(() => started.agent.status.connected, { what: 'the connection', withinMs: 30_000 });
  await started.agent.flush({ deadlineMs: 30_000 });
  expect(collector.events.filter(({ kind }) => kind === 'circuit_breaker.closed')).toHaveLength(1);
});

test('a folder that is taken away costs neither calls nor events', async () => {
  const scope = scopeOfTest();
  const spoolDir = await temporaryFolder(scope);
  const collector = new MemoryCollector();
  const started = spoolAgent(scope, { collector, spoolDir });
  await waitFor(() => started.agent.status.connected, { what: 'the connection', withinMs: 30_000 });
  await rm(spoolDir, { recursive: true });
  await goesOn(collector, started);
});

testWhere('small disks')('a disk that is full costs neither calls nor events', async () => {
  const scope = scopeOfTest();
  const { spoolDir } = await smallDisk(scope);
  const filler = path.join(spoolDir, '..', 'filler');
  await writeFile(filler, Buffer.alloc(4_194_304)).catch(() => {});
  const collector = new MemoryCollector();
  collector.refuse();
  const started = spoolAgent(scope, { collector, spoolDir });
  await work(started.agent, { changes: 1 });
  await waitFor(() => started.faults.length > 0, { what: 'the report', withinMs: 30_000 });
  expect(started.agent.status.spool?.problem).toMatch(/ENOSPC/);
  collector.accept();
  await waitFor(() => started.agent.status.connected, { what: 'the connection', withinMs: 30_000 });
  await started.agent.flush({ deadlineMs: 30_000 });
  expect(collector.events.filter(({ kind }) => kind === 'circuit_breaker.closed')).toHaveLength(1);
});

testWhere('small disks')('a disk that can only be read costs neither calls nor events', async () => {
  const scope = scopeOfTest();
  const { spoolDir, mount } = await smallDisk(scope);
  execFileSync('mount', ['-o', 'remount,ro', mount]);
  const collector = new MemoryCollector();
  const started = spoolAgent(scope, { collector, spoolDir });
  await goesOn(collector, started);
  expect(started.faults.join()).toMatch(/the spool fails: (EROFS|ENOENT)/);
});

test('a full spool drops as memory does, and every drop is counted', async () => {
  const scope = scopeOfTest();
  const directory = await temporaryFolder(scope);
  const { spool, recorder, clock, faults } = spoolAlone(scope, { directory });
  await spool.open();
  let emitted = 0;
  while (recorder.drops.total < 100) {
    for (let index = 0; index < 50; index++) {
      recorder.emit({ kind: 'config.changed', changes: [`${emitted++} ${'x'.repeat(900)}`] });
    }
    await clock.advance(500);
    await waitFor(() => spool.status.bytes >= 2_097_152 || spool.status.unwrittenCount === 0, {
      what: 'the disk',
    });
  }
  await spool.close();
  const untold = recorder.drops.take()?.counts;
  const [folder = ''] = await readdir(directory);
  const batches = await batchesIn(path.join(directory, folder));
  const dropped = untold ?? batches.findLast((batch) => batch.dropped !== undefined)?.dropped;
  const events = batches.flatMap((batch) => batch.events).filter(({ kind }) => kind === 'config.changed');
  const droppedCount = emitted - events.length - recorder.events.length;
  expect(dropped).toEqual({ 'event/spool_full': droppedCount });
  expect(faults).toEqual([]);
});

async function batchesIn(folder: string): Promise<Batch[]> {
  const run = await readLeftRun(folder);
  const batches: Batch[] = [];
  for (let part = await run.after(0); part.length > 0; part = await run.after(part.at(-1)?.seq ?? 0))
    batches.push(...part.map(({ frame }) => JSON.parse(frame.toString('utf8')) as Batch)); // as it was sealed
  return batches;
}

/** A file system of a mebibyte. */
async function smallDisk(scope: Scope): Promise<{ readonly spoolDir: string; readonly mount: string }> {
  const mount = await temporaryFolder(scope);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1048576', 'tmpfs', mount]);
  scope.onEnd(() => void execFileSync('umount', ['-l', mount]));
  const spoolDir = path.join(mount, 'spool');
  await mkdir(spoolDir);
  expect(await readdir(spoolDir)).toEqual([]);
  return { spoolDir, mount };
}
