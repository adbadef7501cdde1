import { mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FakeClock } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { Disk } from '../../../agent/src/spool/disk.ts';
import { readLeftRun } from '../../../agent/src/spool/left-run.ts';
import { makeFolder } from '../../../agent/src/spool/make-folder.ts';
import { RunFolder } from '../../../agent/src/spool/run-folder.ts';
import { Segments } from '../../../agent/src/spool/segments.ts';
import { Outbox } from '../../../agent/src/stream/outbox.ts';
import { Recorder } from '../../../agent/src/telemetry/recorder.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

interface TestSegments {
  readonly segments: Segments;
  readonly path: string;
  readonly clock: FakeClock;
  readonly problems: string[];
  /** Puts batches of about that size. */
  put(from: number, to: number, bytes?: number): void;
}

async function segmentsIn(maxBytes = 67_108_864): Promise<TestSegments> {
  const scope = scopeOfTest();
  const folderPath = path.join(await temporaryFolder(scope), 'run');
  const clock = new FakeClock(1_700_000_000_000);
  const identity = {
    service: 'shop',
    instance: 'shop-1',
    epoch: 'e1',
    tags: {},
    agentVersion: '1',
    startedAt: 0,
  };
  const folder = new RunFolder(folderPath, { about: identity, makeFolder });
  const problems: string[] = [];
  const failed = (problem: string): void => void problems.push(problem);
  const disk = new Disk();
  const dictionary: string[] = [];
  const segments = new Segments({ folder, disk, clock, dictionary, maxBytes: () => maxBytes, failed });
  const put = (from: number, to: number, bytes = 100): void => {
    for (let seq = from; seq <= to; seq++) {
      const frame = Buffer.from(`{"type":"batch","seq":${seq}}`.padEnd(bytes));
      dictionary[seq - 1] = `{"name":"${seq}"}`;
      segments.put({ seq, frame, introducedBefore: seq - 1, introducedAfter: seq });
    }
  };
  scope.onEnd(() => segments.close());
  return { segments, path: folderPath, clock, problems, put };
}

async function seqsFrom(segments: Segments, after: number): Promise<number[]> {
  const seqs: number[] = [];
  for (let last = after; ; ) {
    const batch = segments.next(last);
    if (batch === undefined) return seqs;
    if (batch instanceof Promise) await batch;
    else seqs.push((last = batch.seq));
  }
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('what is put comes back in order, from memory and disk', async () => {
  const { segments, put } = await segmentsIn();
  put(1, 10, 60_000);
  expect(await seqsFrom(segments, 0)).toEqual(numbers(1, 10));
  await segments.settled();
  put(11, 20, 60_000);
  await segments.settled();
  put(21, 30, 10_000);
  expect(await seqsFrom(segments, 4)).toEqual(numbers(5, 30));
  expect(await seqsFrom(segments, 30)).toEqual([]);
});

test('no more waits for the disk than a mebibyte', async () => {
  const { segments, put } = await segmentsIn();
  put(1, 30, 60_000);
  expect(segments.hasRoom).toBe(false);
  expect(await seqsFrom(segments, 0)).toEqual(numbers(1, 18));
  expect(segments.unwrittenCount).toBe(30);
  await segments.settled();
  expect(segments.hasRoom).toBe(true);
  expect(segments.unwrittenCount).toBe(12);
  segments.release(30);
  expect(segments.unwrittenCount).toBe(0);
});

test('segments of which everything is stored are removed', async () => {
  const { segments, put, path: folder } = await segmentsIn();
  for (let from = 1; from <= 60; from += 10) {
    put(from, from + 9, 60_000);
    await segments.settled();
  }
  const before = await segmentFiles(folder);
  segments.release(40);
  await waitFor(async () => (await segmentFiles(folder)).length < before.length, { what: 'the removal' });
  expect(segments.bytes).toBeLessThan(40 * 60_000);
  expect(await seqsFrom(segments, 40)).toEqual(numbers(41, 60));
});

test('a full spool takes no more until something is stored', async () => {
  const { segments, put } = await segmentsIn(2_097_152);
  for (let from = 1; segments.hasRoom; from += 10) {
    put(from, from + 9, 60_000);
    await segments.settled();
  }
  expect(segments.isFull).toBe(true);
  expect(segments.bytes).toBeLessThan(2_097_152 + 10 * 60_000);
  segments.release(30);
  expect(segments.hasRoom).toBe(true);
});

test('who comes later finds batches, resources and the end', async () => {
  const { segments, put, path: folder } = await segmentsIn();
  put(1, 30, 20_000);
  await segments.settled();
  put(31, 40, 60_000);
  await segments.end({ next: 41, stored: 3, clean: true });
  const run = await readLeftRun(folder);
  expect(run).toMatchObject({ next: 41, end: { next: 41, stored: 3, clean: true }, damagedBytes: 0 });
  expect(run.identity).toMatchObject({ service: 'shop', instance: 'shop-1', epoch: 'e1' });
  expect(run.resources).toEqual(numbers(1, 40).map((number) => `{"name":"${number}"}`));
  const found: number[] = [];
  for (let part = await run.after(3); part.length > 0; part = await run.after(found.at(-1) ?? 0))
    found.push(...part.map(({ seq }) => seq));
  expect(found).toEqual(numbers(4, 40));
});

test('when the process ends all that is missing is written', async () => {
  const { segments, put, path: folder } = await segmentsIn();
  put(1, 5);
  await segments.settled();
  put(6, 9);
  segments.halt();
  put(10, 12);
  segments.endSync({ next: 13, stored: 0, clean: false });
  const run = await readLeftRun(folder);
  expect(run.next).toBe(13);
  const first = await run.after(0);
  const rest = await run.after(first.at(-1)?.seq ?? 0);
  expect([...first, ...rest].map(({ seq }) => seq)).toEqual(numbers(1, 12));
});

test('a folder that cannot be made costs nothing but itself', async () => {
  const { segments, put, problems, clock, path: folder } = await segmentsIn();
  await writeFile(folder, 'a file stands there');
  put(1, 3);
  await segments.settled();
  expect(problems).toEqual([expect.stringMatching(/^E/)]);
  expect(segments.problem).toBe(problems[0]);
  expect(segments.hasRoom).toBe(false);
  expect(await seqsFrom(segments, 0)).toEqual([1, 2, 3]);
  await rm(folder);
  segments.retry();
  await segments.settled();
  expect(segments.unwrittenCount).toBe(3); // not yet: a disk that fails is not asked all the time
  await clock.advance(10_000);
  segments.retry();
  await segments.settled();
  expect({ problem: segments.problem, unwritten: segments.unwrittenCount }).toEqual({ unwritten: 0 });
  expect((await readLeftRun(folder)).resources).toHaveLength(3);
});

test('a folder that was taken away is made again', async () => {
  const { segments, put, problems, clock, path: folder } = await segmentsIn();
  put(1, 15, 60_000);
  await segments.settled();
  await rm(folder, { recursive: true });
  put(16, 20, 60_000);
  await segments.settled();
  expect(problems).toHaveLength(1);
  await clock.advance(10_000);
  segments.retry();
  await segments.settled();
  // 16 and 17 went into a file that had no name any more.
  expect(await seqsFrom(segments, 15)).toEqual(numbers(18, 20));
  expect((await readLeftRun(folder)).resources).toHaveLength(20);
});

test('a segment that can no longer be read is passed over', async () => {
  const { segments, put, problems, path: folder } = await segmentsIn();
  put(1, 15, 60_000);
  await segments.settled();
  put(16, 20, 60_000);
  await segments.settled();
  const [first = ''] = await segmentFiles(folder);
  await rm(path.join(folder, first));
  await mkdir(path.join(folder, first));
  expect(await seqsFrom(segments, 0)).toEqual(numbers(18, 20));
  expect(problems).toEqual([expect.stringMatching(/^EISDIR/)]);
});

test('a segment that cannot be read for a moment is not lost', async () => {
  const { segments, put, problems, clock, path: folder } = await segmentsIn();
  put(1, 15, 60_000);
  await segments.settled();
  put(16, 20, 60_000);
  await segments.settled();
  const [name = ''] = await segmentFiles(folder);
  const first = path.join(folder, name);
  await rename(first, `${first}.kept`);
  await symlink(first, first); // reading it fails, and not because nothing is there
  let isOver = false;
  const seqs = seqsFrom(segments, 0).finally(() => (isOver = true));
  await waitFor(() => problems.length > 0, { what: 'the failing read' });
  await rm(first);
  await rename(`${first}.kept`, first);
  await waitFor(
    async () => {
      await clock.advance(10_000);
      return isOver;
    },
    { what: 'the next attempt', withinMs: 30_000 },
  );
  expect(await seqs).toEqual(numbers(1, 20));
  expect(problems).toEqual([expect.stringMatching(/^ELOOP/)]);
});

test('resources are not written again behind each failure', async () => {
  const { segments, put, clock, path: folder } = await segmentsIn();
  await mkdir(path.join(folder, '00000001.seg'), { recursive: true });
  for (let number = 2; number < 10; number++) await mkdir(path.join(folder, `0000000${number}.seg`));
  put(1, 5);
  await segments.settled();
  const resources = path.join(folder, 'resources');
  const { size } = await stat(resources);
  for (let attempt = 0; attempt < 6; attempt++) {
    await clock.advance(10_000);
    segments.retry();
    await segments.settled();
  }
  expect(segments.problem).toMatch(/^EEXIST/);
  expect((await stat(resources)).size).toBe(size);
  expect(segments.bytes).toBe(size);
});

test('while the disk is being read nothing is read anew', async () => {
  const clock = new FakeClock(1_700_000_000_000);
  const recorder = new Recorder({ clock, maxBytes: 262_144, internalError: () => {} });
  const outbox = new Outbox({ recorder, clock, maxBytes: 262_144 });
  let reads = 0;
  const next = async (): Promise<void> => {
    reads += 1;
    return new Promise(() => {});
  };
  outbox.shelf = { hasRoom: true, put: () => {}, next, release: () => {} };
  const limits = { batchBytes: 8_192, windowBatches: 1 };
  for (let index = 0; index < 50; index++)
    recorder.emit({ kind: 'config.changed', changes: [`${index} ${'x'.repeat(900)}`] });
  outbox.seal(limits);
  outbox.acknowledge(1);
  for (let flush = 0; flush < 50; flush++) outbox.seal(limits);
  expect(reads).toBe(1);
});

async function segmentFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.seg')).toSorted();
}
