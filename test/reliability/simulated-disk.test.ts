import { SeededRandom } from '@holdfast/agent/testing';
import type { LogEntry, LogFact } from '@holdfast/shared';
import { expect, test } from 'vitest';
import type { NewEntry } from '../../collector/src/store/event-store.ts';
import { openSqliteStore } from '../../collector/src/store/sqlite-event-store.ts';
import { batchWith, helloWith, openedEvent } from '../collector/support/wire-agent.ts';
import { Disk } from '../simulation/support/disk.ts';
import { scopeOfTest } from '../support/scope.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const seeds = Array.from({ length: 5 }, (_none, index) => index + 1);

test.each(seeds)('the simulated disk does what SQLite does (seed %i)', async (seed) => {
  const { next: random } = new SeededRandom(seed);
  const folder = await temporaryFolder(scopeOfTest());
  const disk = new Disk();
  let store = await openSqliteStore(folder);
  for (let step = 0; step < 40; step++) {
    const entries = Array.from({ length: 1 + Math.floor(random() * 6) }, () => drawEntry(random));
    expect(await store.append(entries)).toEqual(disk.append(entries));
    for (const agent of agents) expect(await store.storedOf(agent)).toBe(disk.storedOf(agent));
    const behind = Math.floor(random() * 3 * step);
    expect(await collected(store.readFrom(behind))).toEqual(disk.entriesBehind(behind));
    if (random() > 0.1) continue;
    await store.close();
    store = await openSqliteStore(folder);
  }
  await store.close();
});

const agents = ['a', 'b', 'c'].map((instance) => ({ service: 'checkout', instance, epoch: `e-${instance}` }));

/** One of the facts that a collector stores, with a number that may be old, new or far ahead. */
function drawEntry(random: () => number): NewEntry {
  const agent = agents[Math.floor(random() * agents.length)] ?? agents[0];
  if (agent === undefined) throw new Error('there are agents');
  const at = Math.floor(random() * 1_000_000);
  const seq = 1 + Math.floor(random() * 50);
  const batch = batchWith(seq, { events: [openedEvent(at)] });
  const facts: readonly LogFact[] = [
    { type: 'connected', hello: helloWith(agent) },
    { type: 'disconnected', agent, clean: random() < 0.5 },
    { type: 'gap', agent, from: seq, to: seq + 3 },
    { type: 'refused', agent, seq, problem: 'wrong' },
    { type: 'batch', agent, batch },
    { type: 'batch', agent, batch },
  ];
  const fact = facts[Math.floor(random() * facts.length)] ?? facts[0];
  if (fact === undefined) throw new Error('there are facts');
  return fact.type === 'batch' ? { at, fact, frame: Buffer.from(JSON.stringify(batch)) } : { at, fact };
}

async function collected(entries: AsyncIterable<LogEntry>): Promise<readonly LogEntry[]> {
  const all: LogEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}
