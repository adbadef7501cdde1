import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { leaveRun } from './support/left-behind.ts';
import { spoolAlone } from './support/spool-alone.ts';

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

test('the own connection waits for the past for half a minute only', async () => {
  const scope = scopeOfTest();
  const directory = await temporaryFolder(scope);
  await leaveRun(directory, [[1, 2]]);
  let posts = 0;
  let isAhead = false;
  const { spool, clock } = spoolAlone(scope, {
    directory,
    post: async () => {
      posts += 1;
      return { status: 502, text: 'bad gateway' };
    },
    goAhead: () => (isAhead = true),
  });
  await spool.open();
  await clock.advance(29_000);
  expect(isAhead).toBe(false);
  await clock.advance(1_000);
  expect(isAhead).toBe(true);
  const before = posts;
  await waitFor(
    async () => {
      await clock.advance(30_000);
      return posts > before;
    },
    { what: 'another attempt for the past', withinMs: 30_000 },
  );
  expect(spool.problem).toMatch(/what an earlier process left does not get through: .* 502/);
});

test('a collector that nobody can reach is waited for', async () => {
  const scope = scopeOfTest();
  const directory = await temporaryFolder(scope);
  await leaveRun(directory, [[1, 2]]);
  let isAhead = false;
  const { spool, clock } = spoolAlone(scope, {
    directory,
    post: () => Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })),
    goAhead: () => (isAhead = true),
  });
  await spool.open();
  await clock.advance(120_000);
  expect(isAhead).toBe(false);
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
  expect(spool.status.problem).toMatch(/refused and set aside: 1, .* 413/);
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
