import { FakeClock } from '@holdfast/agent/testing';
import type { LogEntry, LogFact } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { Journal } from '../../../collector/src/journal/journal.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { startAt } from '../support/wire-agent.ts';

const fact: LogFact = {
  type: 'disconnected',
  agent: { service: 'checkout', instance: 'a', epoch: 'first' },
  clean: true,
};

function withJournal(): { journal: Journal; store: MemoryStore; said: string[] } {
  const store = new MemoryStore();
  const said: string[] = [];
  const apply = (entry: LogEntry): void => void said.push(`folded ${entry.id}`);
  return { journal: new Journal({ store, clock: new FakeClock(startAt), apply }), store, said };
}

test('says stored after the commit, and folds after that', async () => {
  const { journal, store, said } = withJournal();
  const release = store.hold();
  journal.append({ fact, stored: () => said.push('stored'), folded: () => said.push('told') });
  await new Promise(setImmediate);
  expect(said).toEqual([]);
  release();
  await journal.idle();
  expect(said).toEqual(['stored', 'folded 1', 'told']);
});

test('all that waits while a commit runs goes into one group', async () => {
  const { journal, store, said } = withJournal();
  const release = store.hold();
  journal.append({ fact });
  await new Promise(setImmediate);
  for (let i = 0; i < 50; i++) journal.append({ fact });
  release();
  await journal.idle();
  expect(store.groups.map((group) => group.length)).toEqual([1, 50]);
  expect(said).toHaveLength(51);
});

test('a group is folded while the next waits for the disk', async () => {
  const { journal, store, said } = withJournal();
  const release = store.hold();
  journal.append({ fact });
  await new Promise(setImmediate);
  journal.append({ fact, stored: () => said.push('stored 2') });
  release();
  const releaseNext = store.hold();
  await new Promise(setImmediate);
  expect(said).toEqual(['folded 1']);
  releaseNext();
  await journal.idle();
  expect(said).toEqual(['folded 1', 'stored 2', 'folded 2']);
});

test('what is stored is folded, whatever becomes of the next', async () => {
  const { journal, store, said } = withJournal();
  const release = store.hold();
  journal.append({ fact });
  await new Promise(setImmediate);
  journal.append({ fact, failed: () => said.push('failed') });
  release();
  const releaseNext = store.hold();
  await new Promise(setImmediate);
  store.failWith(new Error('disk full'));
  releaseNext();
  await journal.idle();
  expect(said).toEqual(['folded 1', 'failed']);
});

test('a group holds no more bytes than two MiB and a frame', async () => {
  const { journal, store } = withJournal();
  const frame = new Uint8Array(256 * 1_024);
  for (let i = 0; i < 40; i++) journal.append({ fact, frame });
  await journal.idle();
  expect(Math.max(...store.groups.map((group) => group.length))).toBeLessThanOrEqual(9);
});

test('a failed commit is told to each and not folded', async () => {
  const { journal, store, said } = withJournal();
  store.failWith(new Error('disk full'));
  journal.append({ fact, failed: (error) => said.push(String(error)) });
  await expect(journal.record(fact)).rejects.toThrow('disk full');
  expect(said).toEqual(['Error: disk full']);
  expect(journal.lastFailure).toBeInstanceOf(Error);
  store.failWith(undefined);
  expect(await journal.record(fact)).toMatchObject({ id: 1, at: startAt, type: 'disconnected' });
  expect(journal.lastFailure).toBeUndefined();
});

test('what builds on a fact that failed is not committed either', async () => {
  const { journal, store, said } = withJournal();
  let hasFailed = false;
  const release = store.hold();
  journal.append({ fact, failed: () => (hasFailed = true) });
  await new Promise(setImmediate);
  const failed = (error: unknown): void => void said.push(String(error));
  journal.append({ fact, isVoid: () => hasFailed, failed });
  journal.append({ fact, isVoid: () => false });
  store.failWith(new Error('disk full'));
  release();
  await new Promise(setImmediate);
  store.failWith(undefined);
  await journal.idle();
  expect(said.slice(0, 1)).toEqual(['Error: what came before it could not be stored']);
});

test('nothing is committed during a pause, and all of it after', async () => {
  const { journal, store } = withJournal();
  await journal.pauseFor(async () => {
    journal.append({ fact });
    await new Promise(setImmediate);
    expect(store.groups).toEqual([]);
  });
  await journal.idle();
  expect(store.groups).toHaveLength(1);
});

test('tells when congestion is over', async () => {
  const { journal, store } = withJournal();
  let relieved = 0;
  journal.onRelief = () => relieved++;
  const release = store.hold();
  const frame = new Uint8Array(1_024 * 1_024);
  for (let i = 0; i < 40; i++) journal.append({ fact, frame });
  expect(journal.isCongested).toBe(true);
  release();
  await journal.idle();
  expect({ relieved, isCongested: journal.isCongested }).toEqual({ relieved: 1, isCongested: false });
});
