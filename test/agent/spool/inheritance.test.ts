import { readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FakeClock } from '@holdfast/agent/testing';
import { expect, test } from 'vitest';
import { Refused } from '../../../agent/src/spool/deliver.ts';
import { Disk } from '../../../agent/src/spool/disk.ts';
import { Inheritance, type InheritanceOptions, Passing } from '../../../agent/src/spool/inheritance.ts';
import { readLeftRun } from '../../../agent/src/spool/left-run.ts';
import { recordOf } from '../../../agent/src/spool/record.ts';
import { Backoff } from '../../../agent/src/stream/backoff.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { BookCollector, leaveRun } from './support/left-behind.ts';

interface TestInheritance {
  readonly inheritance: Inheritance;
  readonly clock: FakeClock;
  readonly reports: string[];
}

function inheritanceOf(directory: string, ask: InheritanceOptions['ask']): TestInheritance {
  const clock = new FakeClock(1_700_000_000_000);
  const reports: string[] = [];
  const inheritance = new Inheritance({
    directory,
    owner: '1-1-aaaaaaaa',
    service: 'shop',
    instance: 'a',
    clock,
    disk: new Disk(),
    ask,
    backoff: new Backoff(() => 0),
    report: (problem) => void reports.push(problem),
    refused: () => {},
    maxRefusedBytes: 3_000,
  });
  return { inheritance, clock, reports };
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('an agent closed while it delivers leaves all of the rest', async () => {
  const directory = await temporaryFolder(scopeOfTest());
  await leaveRun(directory, [[1, 2, 3], [4, 5, 6], [7]]);
  const collector = new BookCollector();
  let closing: Promise<void> | undefined;
  const first = inheritanceOf(directory, async (lines) => {
    const answer = await collector.ask(lines);
    if (collector.stored === 3) closing = first.inheritance.close();
    return answer;
  });
  await first.inheritance.settleOwn(() => {});
  await closing;
  expect({ taken: collector.taken, gaps: collector.gaps }).toEqual({ taken: [1, 2, 3], gaps: [] });
  expect(await readdir(directory)).toEqual(['run_e0_00000000_left']);
  await inheritanceOf(directory, collector.ask).inheritance.settleOwn(() => {});
  expect({ taken: collector.taken, gaps: collector.gaps }).toEqual({ taken: numbers(1, 7), gaps: [] });
  expect(await readdir(directory)).toEqual([]);
});

test('a segment that cannot be read for a moment is delivered later', async () => {
  const directory = await temporaryFolder(scopeOfTest());
  await leaveRun(directory, [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const collector = new BookCollector();
  const held = path.join(directory, 'run_e0_00000000_1-1-aaaaaaaa', '00000002.seg');
  let isHidden = false;
  const { inheritance, clock } = inheritanceOf(directory, async (lines) => {
    const answer = await collector.ask(lines);
    if (collector.stored === 3 && !isHidden) {
      isHidden = true;
      await rename(held, `${held}.kept`);
      await symlink(held, held); // reading it fails, and not because nothing is there
    }
    return answer;
  });
  const settled = inheritance.settleOwn(() => {});
  await waitFor(() => inheritance.problem?.includes('ELOOP') === true, { what: 'the failing read' });
  await rm(held);
  await rename(`${held}.kept`, held);
  await waitFor(
    async () => {
      await clock.advance(1_000);
      return collector.stored === 6;
    },
    { what: 'the rest', withinMs: 30_000 },
  );
  await settled;
  expect({ taken: collector.taken, gaps: collector.gaps }).toEqual({ taken: numbers(1, 6), gaps: [] });
  expect(await readdir(directory)).toEqual([]);
});

test('whatever is damaged, each resource has a name at its number', async () => {
  const directory = await temporaryFolder(scopeOfTest());
  const folder = await leaveRun(directory, []);
  const names = ['a', 'b', 'c'];
  const resources = names.map((name) => `{"kind":"queue","name":"${name}"}`);
  const file = Buffer.concat(
    resources.flatMap((json, from) => recordOf(from + 1, Buffer.from(`{"from":${from},"add":[${json}]}`))),
  );
  const added = `"dictionary":{"from":2,"add":[${resources[2]}]}`;
  const batch = `{"type":"batch","seq":1,${added},"events":[],"rollups":{"resource":[0,1]}}`;
  await writeFile(path.join(folder, '00000001.seg'), Buffer.concat(recordOf(1, Buffer.from(batch))));
  for (let byte = 0; byte < file.length; byte += 3) {
    const damaged = Buffer.from(file);
    damaged[byte] = (damaged[byte] ?? 0) ^ 1;
    await writeFile(path.join(folder, 'resources'), damaged);
    const lost = Math.floor(byte / (file.length / 3));
    const expected = names.map((name, index) => (index === lost && index < 2 ? `damaged-${index}` : name));
    expect(namesOf(await readLeftRun(folder)), `byte ${byte}`).toEqual(expected);
  }
  await rm(path.join(folder, 'resources'));
  expect(namesOf(await readLeftRun(folder))).toEqual(['damaged-0', 'damaged-1', 'c']);
});

function namesOf({ resources }: { readonly resources: readonly string[] }): string[] {
  return resources.map((json) => (JSON.parse(json) as { name: string }).name); // as they will be sent
}

test('a run that the collector refuses for good is set aside', async () => {
  const directory = await temporaryFolder(scopeOfTest());
  for (const epoch of ['e1', 'e2', 'e3']) await leaveRun(directory, [[1, 2]], { epoch, batchBytes: 600 });
  const { inheritance, clock, reports } = inheritanceOf(directory, () =>
    Promise.reject(new Refused('the collector answered 413')),
  );
  const settled = inheritance.settleOwn(() => {});
  await waitFor(
    async () => {
      await clock.advance(1_000);
      return reports.length === 3;
    },
    { what: 'the runs to be set aside', withinMs: 30_000 },
  );
  await settled;
  expect(inheritance.bytes).toBe(0);
  expect(inheritance.refusal).toMatch(/3 runs .* set aside, the last because the collector answered 413/);
  const names = await readdir(directory);
  expect(names).toHaveLength(2); // more than 3,000 bytes are not kept
  expect(names.every((name) => name.startsWith('refused_'))).toBe(true);
  const next = inheritanceOf(directory, () => Promise.reject(new Error('nothing is to be asked')));
  await next.inheritance.settleOwn(() => {});
  expect(next.reports).toEqual([]);
});

test('one refusal after a long outage sets no run aside', async () => {
  const directory = await temporaryFolder(scopeOfTest());
  await leaveRun(directory, [[1, 2]]);
  const collector = new BookCollector();
  const failures = [...Array.from({ length: 20 }, () => new Passing('away')), new Refused('answered 404')];
  const { inheritance, clock, reports } = inheritanceOf(directory, async (lines) => {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return collector.ask(lines);
  });
  const settled = inheritance.settleOwn(() => {});
  await waitFor(
    async () => {
      await clock.advance(1_000);
      return (await readdir(directory)).length === 0;
    },
    { what: 'the run to be delivered', withinMs: 30_000 },
  );
  await settled;
  expect(collector.taken).toEqual([1, 2]);
  expect(reports).toEqual([]);
});

test('no request is larger than what proxies let through', async () => {
  const directory = await temporaryFolder(scopeOfTest());
  const folder = await leaveRun(directory, [numbers(1, 32)], { batchBytes: 32_000 });
  const added = Array.from({ length: 2_000 }, (_, at) => `{"kind":"queue","name":"${`${at}`.padEnd(200)}"}`);
  const frame = Buffer.from(`{"from":0,"add":[${added.join(',')}]}`);
  await writeFile(path.join(folder, 'resources'), Buffer.concat(recordOf(1, frame)));
  expect((await readFile(path.join(folder, 'resources'))).length).toBeGreaterThan(400_000);
  const collector = new BookCollector();
  let known = 0;
  const { inheritance } = inheritanceOf(directory, async (lines) => {
    for (const line of lines) if (line.includes(0x64)) known = Math.max(known, knownAfter(line));
    return { ...(await collector.ask(lines)), dictionarySize: known };
  });
  await inheritance.settleOwn(() => {});
  expect(collector.taken).toEqual(numbers(1, 32));
  expect(Math.max(...collector.requestBytes)).toBeLessThan(1_000_000);
});

function knownAfter(line: Uint8Array): number {
  const message = JSON.parse(Buffer.from(line).toString('utf8')) as { from?: number; add?: object[] }; // ours
  return (message.from ?? 0) + (message.add?.length ?? 0);
}
