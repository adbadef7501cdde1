import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Agent, createAgent } from '@holdfast/agent';
import { FakeClock, MemoryCollector } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const startAt = 1_700_000_000_000;
const hour = 3_600_000;

interface Process {
  readonly agent: Agent;
  readonly collector: MemoryCollector;
  readonly clock: FakeClock;
  readonly faults: string[];
}

/** A process of the service, with a collector that is there or not. */
function startedProcess(
  scope: Scope,
  { spoolDir, at, isAway = true }: { spoolDir: string; at: number; isAway?: boolean },
): Process {
  const clock = new FakeClock(at);
  const collector = new MemoryCollector({ clock });
  if (isAway) collector.refuse();
  const faults: string[] = [];
  const onInternalError = (error: unknown): void => void faults.push(String(error));
  const agent = createAgent({
    service: 'shop',
    collector,
    clock,
    spoolDir,
    random: () => 0.5,
    onInternalError,
  });
  scope.onEnd(() => agent.close({ timeoutMs: 0 }));
  return { agent, collector, clock, faults };
}

function define(agent: Agent): void {
  agent.flags.define('reviews', { defaultValue: true, degradedValue: false });
}

async function toldOnce(scope: Scope, spoolDir: string): Promise<void> {
  const { agent, collector, clock } = startedProcess(scope, { spoolDir, at: startAt, isAway: false });
  define(agent);
  agent.circuitBreaker('payments');
  await waitFor(async () => (await clock.advance(100), agent.status.connected), { what: 'the connection' });
  const by = { by: 'ada', reason: 'slow', setAt: startAt, expiresAt: startAt + hour };
  collector.desire({
    flags: [{ key: 'reviews', value: false, ...by }],
    breakers: [{ id: '1', service: 'shop', name: 'payments', state: 'forced_open', ...by }],
  });
  await waitFor(async () => (await keptFiles(spoolDir)).length === 1, { what: 'the file' });
}

async function keptFiles(spoolDir: string): Promise<string[]> {
  return (await readdir(spoolDir)).filter((name) => /^desired_\w+\.json$/.test(name));
}

test('what people want holds in a process that starts without a collector', async () => {
  const scope = scopeOfTest();
  const spoolDir = await temporaryFolder(scope);
  await toldOnce(scope, spoolDir);
  const { agent, clock, faults } = startedProcess(scope, { spoolDir, at: startAt + 60_000 });
  define(agent);
  const payments = agent.circuitBreaker('payments');
  expect(agent.flags.getBooleanDetails('reviews', true)).toMatchObject({ value: false, reason: 'OVERRIDE' });
  expect(payments.state).toBe('forced_open');
  await clock.advance(hour - 60_000);
  expect(agent.flags.getBooleanValue('reviews', false)).toBe(true);
  expect(payments.state).toBe('closed');
  // An hour passes here in no time, in which a disk can do nothing.
  expect(faults.filter((fault) => !fault.includes('the disk does not answer'))).toEqual([]);
});

test('what has ended by then is not gone on with', async () => {
  const scope = scopeOfTest();
  const spoolDir = await temporaryFolder(scope);
  await toldOnce(scope, spoolDir);
  const { agent } = startedProcess(scope, { spoolDir, at: startAt + hour });
  define(agent);
  expect(agent.flags.getBooleanValue('reviews', false)).toBe(true);
  expect(agent.circuitBreaker('payments').state).toBe('closed');
});

test('a collector that wants something else by now is heard', async () => {
  const scope = scopeOfTest();
  const spoolDir = await temporaryFolder(scope);
  await toldOnce(scope, spoolDir);
  const { agent, collector, clock } = startedProcess(scope, { spoolDir, at: startAt + 60_000 });
  define(agent);
  expect(agent.flags.getBooleanValue('reviews', true)).toBe(false);
  collector.desire({ flags: [] });
  collector.desire({ flags: [] }); // a later version than the one that was kept
  collector.accept();
  const isBack = async (): Promise<boolean> => {
    await clock.advance(1_000);
    return agent.flags.getBooleanValue('reviews', false);
  };
  await waitFor(isBack, { what: 'the flag to be free' });
});

test('the collector’s clock is remembered with it', async () => {
  const scope = scopeOfTest();
  const spoolDir = await temporaryFolder(scope);
  const message = {
    type: 'desired',
    // The collector's clock was ten minutes ahead.
    offsetMs: 600_000,
    desired: {
      version: 3,
      flags: [
        { key: 'reviews', value: false, by: 'ada', reason: 'slow', setAt: 0, expiresAt: startAt + hour },
      ],
      breakers: [],
    },
  };
  await toldOnce(scope, spoolDir);
  const [name = ''] = await keptFiles(spoolDir);
  await writeFile(path.join(spoolDir, name), JSON.stringify(message));
  const { agent, clock } = startedProcess(scope, { spoolDir, at: startAt });
  define(agent);
  await clock.advance(hour - 600_000 - 1);
  expect(agent.flags.getBooleanValue('reviews', true)).toBe(false);
  await clock.advance(1);
  expect(agent.flags.getBooleanValue('reviews', false)).toBe(true);
});

test.each(['', '{', '{"type":"desired"}', '{"type":"ack","stored":1}', '[]', 'null'])(
  'a file that holds %j is reported and left alone',
  async (text) => {
    const scope = scopeOfTest();
    const spoolDir = await temporaryFolder(scope);
    await toldOnce(scope, spoolDir);
    const [name = ''] = await keptFiles(spoolDir);
    await writeFile(path.join(spoolDir, name), text);
    const { agent, faults } = startedProcess(scope, { spoolDir, at: startAt });
    define(agent);
    expect(agent.flags.getBooleanValue('reviews', false)).toBe(true);
    expect(faults).toHaveLength(1);
  },
);
