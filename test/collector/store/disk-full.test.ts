import { execFileSync } from 'node:child_process';
import { rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FakeClock } from '@holdfast/agent/testing';
import type { FleetEvent, ListAnswer, StatusView } from '@holdfast/shared';
import { expect } from 'vitest';
import { reserveBytes, reserveName } from '../../../collector/src/store/reserve.ts';
import { getJson } from '../../support/http.ts';
import { testWhere } from '../../support/needs.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { readLive } from '../support/live-reader.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, openedEvent, startAt, WireAgent } from '../support/wire-agent.ts';

const diskBytes = 96 * 1_024 * 1_024;

/** A disk of its own. */
async function smallDisk(scope: Scope): Promise<string> {
  const folder = await temporaryFolder(scope);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder], { stdio: 'pipe' });
  scope.onEnd(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

async function freeOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function statusOf(url: string): Promise<{ ready: number; status: StatusView }> {
  const { status } = await fetch(`${url}/readyz`);
  return { ready: status, status: await getJson(`${url}/api/v1/status`) };
}

/** Sends batches until one is not stored, and returns the number of the last that was acknowledged. */
async function sendUntilRefused(agent: WireAgent): Promise<number> {
  const events = Array.from({ length: 200 }, (_, index) => openedEvent(startAt + index));
  for (let seq = 1; agent.closed === undefined; seq++) {
    agent.send(batchWith(seq, { events }));
    await waitFor(() => agent.closed ?? agent.all('ack').find((ack) => ack.stored >= seq), {
      what: 'an acknowledgement, or the end',
      withinMs: 5_000,
    });
  }
  return Math.max(0, ...agent.all('ack').map((ack) => ack.stored));
}

testWhere('small disks')('a full disk stores nothing, acknowledges nothing, and recovers', async () => {
  const scope = scopeOfTest();
  const dataDir = await smallDisk(scope);
  const clock = new FakeClock(startAt);
  const collector: TestCollector = await startTestCollector(scope, { dataDir, clock });
  const reserve = await stat(path.join(dataDir, reserveName));
  expect({ size: reserve.size, mode: reserve.mode & 0o777 }).toEqual({ size: reserveBytes, mode: 0o600 });

  const reader = await readLive(scope, collector.url);
  const filler = path.join(dataDir, 'filler');
  await writeFile(filler, Buffer.alloc((await freeOf(dataDir)) - 1_024 * 1_024));
  const stored = await sendUntilRefused(await WireAgent.introduce(scope, collector.url));
  expect(stored).toBeGreaterThan(0);

  const full = await statusOf(collector.url);
  expect(full).toMatchObject({ ready: 503, status: { problem: expect.stringContaining(dataDir) as string } });
  expect(full.status.sentence).toContain('is full: nothing is stored until there is space · ');
  expect(collector.said.join('\n')).toContain('error: the disk of the data folder');
  await expect(stat(path.join(dataDir, reserveName))).rejects.toThrow('ENOENT');
  expect(await freeOf(dataDir)).toBeGreaterThan(reserveBytes / 2); // what was given up is not used up

  const events = await getJson<ListAnswer<FleetEvent>>(`${collector.url}/api/v1/events?limit=5000`);
  expect(events.items.filter(({ event }) => event.kind === 'circuit_breaker.opened')).not.toEqual([]);

  await clock.advance(3_000);
  expect(await statusOf(collector.url)).toMatchObject({ ready: 503 });
  await expect.poll(() => reader.view().problem).toBe(full.status.problem);
  await rm(filler);
  await clock.advance(1_000);
  await waitFor(async () => (await statusOf(collector.url)).ready === 200, { what: 'it to be ready' });
  expect((await statusOf(collector.url)).status).not.toHaveProperty('problem');
  await clock.advance(1_000);
  await expect.poll(() => reader.view().problem).toBeUndefined();
  expect((await stat(path.join(dataDir, reserveName))).size).toBe(reserveBytes);

  const again = await WireAgent.introduce(scope, collector.url, { first: stored + 1, next: stored + 1 });
  expect(again.all('welcome')[0]).toMatchObject({ stored });
  again.send(batchWith(stored + 1, { events: [openedEvent()] }));
  await again.acknowledged(stored + 1);
});
