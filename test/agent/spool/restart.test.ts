import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SeededRandom } from '@holdfast/agent/testing';
import type { FleetEvent, ListAnswer, ResourceAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { startTestCollector, type TestCollector } from '../../collector/support/start-collector.ts';
import { getJson } from '../../support/http.ts';
import { freePort } from '../../support/ports.ts';
import { hurriedClock } from '../../reliability/support/hurried-clock.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { spoolAgent, work } from './support/spool-agent.ts';

async function successes({ url }: TestCollector): Promise<number | undefined> {
  const address = 'shop/circuit_breaker/payments';
  return (await getJson<ResourceAnswer>(`${url}/api/v1/resources/${address}`)).totals.success;
}

async function eventsOf({ url }: TestCollector): Promise<FleetEvent[]> {
  const { items } = await getJson<ListAnswer<FleetEvent>>(`${url}/api/v1/events?limit=1000`);
  return items.toReversed();
}

const connected = { withinMs: 30_000, what: 'the connection' };

test('what one process could not send is delivered by the next', async () => {
  const scope = scopeOfTest();
  const [spoolDir, port] = [await temporaryFolder(scope), await freePort()];
  const options = { collector: `ws://127.0.0.1:${port}`, spoolDir };
  const first = spoolAgent(scope, options);
  await work(first.agent, { calls: 10, changes: 3 });
  await first.agent.close();
  const collector = await startTestCollector(scope, { port });
  const second = spoolAgent(scope, options);
  await work(second.agent, { calls: 5 });
  await waitFor(() => second.agent.status.connected, connected);
  await second.agent.flush({ deadlineMs: 30_000 });
  expect(await successes(collector)).toBe(15);
  const events = await eventsOf(collector);
  const kinds = events.sort((a, b) => Number(a.id) - Number(b.id)).map(({ event }) => event.kind);
  expect(kinds.filter((kind) => kind === 'circuit_breaker.closed')).toHaveLength(3);
  expect(kinds.filter((kind) => kind === 'agent.lost')).toEqual([]);
  expect(kinds.filter((kind) => kind === 'agent.stopped')).toHaveLength(1);
  expect([...first.faults, ...second.faults]).toEqual([]);
  await second.agent.close();
  expect(await readdir(spoolDir)).toEqual([]);
});

test('a process that had sent everything leaves nothing to tell', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const options = { collector: collector.url, spoolDir: await temporaryFolder(scope) };
  for (const round of [1, 2]) {
    const { agent, faults } = spoolAgent(scope, options);
    await waitFor(() => agent.status.connected, connected);
    await work(agent, { calls: 5 });
    await agent.close();
    expect({ faults, total: await successes(collector) }).toEqual({ faults: [], total: round * 5 });
  }
  const kinds = (await eventsOf(collector)).map(({ event }) => event.kind);
  expect(kinds.filter((kind) => kind === 'agent.connected')).toHaveLength(2);
});

test('an agent that is closed leaves what it took over to others', async () => {
  const scope = scopeOfTest();
  const [spoolDir, port] = [await temporaryFolder(scope), await freePort()];
  const options = { collector: `ws://127.0.0.1:${port}`, spoolDir };
  for (const timeoutMs of [2_000, 2_000, 0]) {
    const { agent, faults } = spoolAgent(scope, options);
    await work(agent, { calls: 3, changes: 1 });
    await agent.close({ timeoutMs });
    expect(faults).toEqual([]);
  }
  const left = await waitFor(
    async () => {
      const names = await readdir(spoolDir);
      return names.length > 1 && names.every((name) => name.endsWith('_left')) && names;
    },
    { what: 'the folders to be given up' },
  );
  const collector = await startTestCollector(scope, { port });
  const { agent } = spoolAgent(scope, options);
  await waitFor(() => agent.status.connected, connected);
  expect(await successes(collector)).toBe(3 * left.length);
});

test('folder and files are for their user alone', async () => {
  const scope = scopeOfTest();
  const spoolDir = path.join(await temporaryFolder(scope), 'made', 'by the agent');
  const { agent } = spoolAgent(scope, { collector: `ws://127.0.0.1:${await freePort()}`, spoolDir });
  await work(agent, { calls: 1, changes: 1 });
  await agent.close();
  const modeOf = async (file: string): Promise<string> => ((await stat(file)).mode & 0o777).toString(8);
  expect(await modeOf(spoolDir)).toBe('700');
  const [run = ''] = await readdir(spoolDir);
  expect(await modeOf(path.join(spoolDir, run))).toBe('700');
  const files = await readdir(path.join(spoolDir, run));
  expect(files).toContain('run.json');
  for (const file of files) expect(await modeOf(path.join(spoolDir, run, file))).toBe('600');
});

test('runs of another service are left to it', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const spoolDir = await temporaryFolder(scope);
  const other = path.join(spoolDir, 'run_e1_00000000_left');
  await mkdir(other);
  await writeFile(path.join(other, 'run.json'), '{"service":"cart","instance":"cart-1","epoch":"e1"}');
  const { agent } = spoolAgent(scope, { collector: collector.url, spoolDir });
  await waitFor(() => agent.status.connected, connected);
  await agent.close();
  expect(await readdir(spoolDir)).toEqual(['run_e1_00000000_left']);
});

test('damaged batches are told as a gap, and the others arrive', async () => {
  const scope = scopeOfTest();
  const [spoolDir, port] = [await temporaryFolder(scope), await freePort()];
  const options = { collector: `ws://127.0.0.1:${port}`, spoolDir };
  const first = spoolAgent(scope, options);
  for (const calls of [1, 2, 4]) {
    await work(first.agent, { calls, changes: 1 });
    await waitFor(() => first.agent.status.spool?.unwrittenCount === 0, { what: 'the disk' });
  }
  await first.agent.close();
  const [run = ''] = await readdir(spoolDir);
  const segment = path.join(spoolDir, run, '00000001.seg');
  const bytes = await readFile(segment);
  const second = bytes.indexOf('"seq":2,');
  bytes[second + 20] = (bytes[second + 20] ?? 0) ^ 1;
  await writeFile(segment, bytes);
  const collector = await startTestCollector(scope, { port });
  const { agent, faults } = spoolAgent(scope, options);
  await waitFor(() => agent.status.connected, connected);
  const gaps = (await eventsOf(collector)).filter(({ event }) => event.kind === 'agent.gap');
  expect(gaps.map(({ event }) => 'detail' in event && event.detail)).toEqual([
    'batches 2 to 2 can no longer arrive',
  ]);
  expect(faults).toEqual([expect.stringMatching(/^\d+ bytes that shop-1 left are damaged$/)]);
  await agent.close();
  expect(await readdir(spoolDir)).toEqual([]);
});

test('a copied machine draws a new epoch and keeps its spool', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const clock = { ...hurriedClock(1), now: () => 1_780_000_000_000 };
  const copies = await Promise.all(
    [1, 2].map(async () => {
      const spoolDir = await temporaryFolder(scope);
      const random = new SeededRandom(7).next;
      return { spoolDir, options: { collector: collector.url, spoolDir, clock, random } };
    }),
  );
  const [first, second] = copies;
  if (first === undefined || second === undefined) throw new Error('there are two');
  const original = spoolAgent(scope, first.options);
  await waitFor(() => original.agent.status.connected, connected);
  await work(original.agent, { calls: 3, changes: 2 });
  await original.agent.flush({ deadlineMs: 30_000 });
  await original.agent.close();
  const copy = spoolAgent(scope, second.options);
  await work(copy.agent, { calls: 4, changes: 1 });
  await waitFor(() => copy.agent.status.connected, connected);
  await work(copy.agent, { calls: 5, changes: 1 });
  await copy.agent.flush({ deadlineMs: 30_000 });
  expect(await successes(collector)).toBe(3 + 4 + 5);
  expect(copy.faults).toEqual([expect.stringMatching(/draw a new epoch/)]);
  const runs = async (): Promise<string[]> =>
    (await readdir(second.spoolDir)).map((name) => name.slice(0, 4));
  await waitFor(async () => (await runs()).toSorted().join() === 'refu,run_', {
    what: 'the new run on disk',
  });
  await copy.agent.close();
  expect(await runs()).toEqual(['refu']);
});
