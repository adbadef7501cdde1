import { readdir } from 'node:fs/promises';
import type { IngestAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { leaveRun } from './support/left-behind.ts';
import { pass, spoolAlone } from './support/spool-alone.ts';

test('a fault while sealing is reported and does not end the process', async () => {
  const scope = scopeOfTest();
  const { spool, recorder, outbox, clock, faults } = spoolAlone(scope, {
    directory: await temporaryFolder(scope),
    post: async () => ({ status: 200, text: '' }),
  });
  const fault = new TypeError('Converting circular structure to JSON');
  await spool.open();
  const sealing = outbox.sealForShelf.bind(outbox);
  outbox.sealForShelf = () => {
    throw fault;
  };
  recorder.emit({ kind: 'config.changed', changes: ['one'] });
  spool.sealSoon();
  await clock.advance(20);
  expect(faults).toEqual([fault]);
  await clock.advance(1_000);
  expect(faults.length).toBeGreaterThan(1);
  outbox.sealForShelf = sealing;
  await clock.advance(500);
  await waitFor(() => spool.status.unwrittenCount === 0 && spool.status.bytes > 0, { what: 'the disk' });
});

test('the own connection waits for the past for 40 s only', async () => {
  const scope = scopeOfTest();
  const directory = await temporaryFolder(scope);
  await leaveRun(directory, [[1, 2]]);
  let posts = 0;
  let isAhead = false;
  const alone = spoolAlone(scope, {
    directory,
    post: async () => {
      posts += 1;
      return { status: 502, text: 'bad gateway' };
    },
    goAhead: () => (isAhead = true),
  });
  await alone.spool.open();
  await pass(alone, directory, 39_000);
  expect(isAhead).toBe(false);
  await pass(alone, directory, 1_000);
  expect(isAhead).toBe(true);
  const before = posts;
  await pass(alone, directory, 31_000);
  expect(posts).toBeGreaterThan(before);
  expect(alone.spool.problem).toMatch(/what an earlier process left does not get through: .* 502/);
});

test('a run that never gets through holds up none behind it', async () => {
  const scope = scopeOfTest();
  const directory = await temporaryFolder(scope);
  const epochs = ['e1', 'e2', 'e3'];
  for (const epoch of epochs) await leaveRun(directory, [[1]], { epoch });
  for (const epoch of ['f1', 'f2']) await leaveRun(directory, [[1]], { epoch, instance: 'b' });
  const delivered: string[] = [];
  const alone = spoolAlone(scope, {
    directory,
    post: async (body) => {
      const epoch = /"epoch":"(..)"/.exec(Buffer.from(body).toString())?.[1] ?? '';
      if (epoch.endsWith('1')) return { status: 500, text: 'it fails here every time' };
      delivered.push(epoch);
      return { status: 200, text: JSON.stringify(answerOf(1)) };
    },
  });
  await alone.spool.open();
  await waitFor(() => delivered.includes('e3'), { what: 'the own runs behind it' });
  await pass(alone, directory, 31_000);
  await waitFor(() => delivered.includes('f2'), { what: 'the run of another instance' });
  expect(delivered).toEqual(['e2', 'e3', 'f2']);
  const left = (await readdir(directory)).filter((name) => name.startsWith('run_')).toSorted();
  expect(left).toEqual([expect.stringMatching(/^run_e1_/), expect.stringMatching(/^run_f1_/)]);
});

function answerOf(stored: number): IngestAnswer {
  return {
    stored,
    dictionarySize: 0,
    problems: [],
    limits: { batchBytes: 65_536, windowBatches: 8 },
    now: 0,
  };
}

test('an unreachable collector is waited for, then the past goes first', async () => {
  const scope = scopeOfTest();
  const directory = await temporaryFolder(scope);
  await leaveRun(directory, [[1, 2]]);
  let isThere = false;
  const happened: string[] = [];
  const alone = spoolAlone(scope, {
    directory,
    post: async () => {
      if (!isThere) throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
      happened.push('the past');
      return { status: 200, text: JSON.stringify(answerOf(2)) };
    },
    goAhead: () => void happened.push('the present'),
  });
  await alone.spool.open();
  await pass(alone, directory, 120_000);
  expect(happened).toEqual([]);
  isThere = true;
  await pass(alone, directory, 31_000);
  await waitFor(() => happened.length === 2, { what: 'both' });
  expect({ happened, faults: alone.faults }).toEqual({ happened: ['the past', 'the present'], faults: [] });
});

test('what was refused for good takes no room of what comes', async () => {
  const scope = scopeOfTest();
  const directory = await temporaryFolder(scope);
  await leaveRun(directory, [[1]], { batchBytes: 2_100_000 });
  let isAhead = false;
  const { spool, outbox, clock } = spoolAlone(scope, {
    directory,
    post: async () => ({ status: 413, text: 'Request Entity Too Large' }),
    goAhead: () => (isAhead = true),
  });
  await spool.open();
  expect(outbox.shelf?.hasRoom).toBe(false);
  await waitFor(
    async () => {
      await clock.advance(1_000);
      return isAhead && outbox.shelf?.hasRoom === true;
    },
    { what: 'the room', withinMs: 30_000 },
  );
  expect(spool.status.problem).toMatch(/1 runs .* refused and set aside, .* 413/);
});

test('nothing is written once the spool is closed', async () => {
  const scope = scopeOfTest();
  const directory = await temporaryFolder(scope);
  const { spool, recorder, clock, faults } = spoolAlone(scope, { directory });
  await spool.open();
  await spool.close();
  recorder.emit({ kind: 'config.changed', changes: ['late'] });
  spool.sealSoon();
  await clock.advance(1_000);
  expect({ faults, names: await readdir(directory), waiting: recorder.events.length }).toEqual({
    faults: [],
    names: [],
    waiting: 1,
  });
});
