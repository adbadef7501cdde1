import { expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type LiveReader, readLive } from '../support/live-reader.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, startAt, WireAgent } from '../support/wire-agent.ts';

interface Standing {
  readonly readers: number;
  readonly behind: number;
  readonly queuedBytes: number;
  readonly mostQueuedBytes: number;
  readonly skipped: number;
  readonly snapshots: number;
}

const mebibyte = 1_024 * 1_024;

/** Lets much happen, until the socket of a reader that does not read is full, and its queue too. */
async function overwhelm(
  collector: TestCollector,
  agent: WireAgent,
  until: (seq: number) => Promise<boolean>,
): Promise<number> {
  const message = 'x'.repeat(1_000);
  for (let seq = 1; ; seq++) {
    const sampled = { class: 'critical', severity: 'high', fingerprint: 'f', message } as const;
    const events = Array.from({ length: 200 }, () => ({
      kind: 'error.sampled' as const,
      at: startAt + seq,
      error: sampled,
    }));
    agent.send(batchWith(seq, { events }));
    await agent.acknowledged(seq);
    await collector.clock.advance(100);
    if (await until(seq)) return seq;
  }
}

function standingOf(collector: TestCollector): Promise<Standing> {
  return getJson<Standing>(`${collector.url}/api/v1/live/readers`);
}

function hearsUpTo(reader: LiveReader, seq: number): boolean {
  return reader.view().events.at(-1)?.at === startAt + seq;
}

test('a slow reader has a bounded queue, and catches up by snapshot', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const slow = await readLive(scope, collector.url);
  const quick = await readLive(scope, collector.url);
  slow.socket.pause();
  const last = await overwhelm(collector, agent, async (seq) => {
    await waitFor(() => hearsUpTo(quick, seq), { what: 'the newest events at the other reader' });
    return (await standingOf(collector)).skipped > 5;
  });
  const standing = await standingOf(collector);
  expect(standing).toMatchObject({ readers: 2, behind: 1, snapshots: 0 });
  expect(standing.mostQueuedBytes).toBeLessThanOrEqual(mebibyte);
  expect(quick.messages.filter((message) => message.type === 'snapshot')).toHaveLength(1);

  const before = slow.messages.length;
  slow.socket.resume();
  await waitFor(
    async () => {
      await collector.clock.advance(250);
      return slow.messages.slice(before).some((message) => message.type === 'snapshot');
    },
    { what: 'a new snapshot' },
  );
  expect(hearsUpTo(slow, last)).toBe(true);
  expect(await standingOf(collector)).toMatchObject({ behind: 0, queuedBytes: 0, snapshots: 1 });
}, 60_000);

test('what waited for a reader goes with it', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const slow = await readLive(scope, collector.url);
  slow.socket.pause();
  await overwhelm(collector, agent, async () => (await standingOf(collector)).behind === 1);
  slow.socket.terminate();
  await expect
    .poll(() => standingOf(collector), { timeout: 30_000 })
    .toMatchObject({ readers: 0, behind: 0, queuedBytes: 0 });
}, 60_000);

test('the output tells of slow readers, once a minute at most', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, collector.url);
  const slow = await readLive(scope, collector.url);
  slow.socket.pause();
  const warnings = (): string[] => collector.said.filter((line) => line.includes('too slow'));
  await overwhelm(collector, agent, async () => (await standingOf(collector)).skipped > 5);
  expect(warnings()).toEqual([]);
  await collector.clock.advance(15_000);
  expect(warnings()).toEqual([
    expect.stringMatching(
      /^warning: readers of the live feed were too slow for \d+ messages; 1 of 1 are behind now$/,
    ),
  ]);
  await collector.clock.advance(30_000); // it goes on to miss messages
  expect(warnings()).toHaveLength(1);
  await collector.clock.advance(45_000);
  expect(warnings()).toHaveLength(2);
}, 60_000);
