import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { claimLeft, folderOf, giveUp } from '../../../agent/src/spool/claims.ts';
import { isRunning, ownerName } from '../../../agent/src/spool/owner.ts';
import { startProcess } from '../../support/process.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Of a process in another container, say. */
const elsewhere = '7-123-00000000';

async function leave(directory: string, owner: string, instance = 'shop-1'): Promise<string> {
  const epoch = `e${(await readdir(directory)).length}`;
  const identity = { service: 'shop', instance, epoch, tags: {}, agentVersion: '0.1.0', startedAt: 0 };
  const folder = folderOf(directory, identity, owner);
  await mkdir(folder);
  await writeFile(path.join(folder, 'run.json'), JSON.stringify(identity));
  return folder;
}

async function claim(directory: string, isOwn: boolean, owner?: string): Promise<string[]> {
  const ours = owner ?? (await ownerName('e'));
  return claimLeft({
    directory,
    owner: ours,
    service: 'shop',
    instance: 'shop-1',
    isOwn,
    passedOver: new Set(),
  });
}

/** The name of a process that has ended by now. */
async function deadOwner(scope: Scope): Promise<string> {
  const ended = startProcess(scope, ['sleep', '60']);
  const owner = (await ownerName('e')).replace(/^\d+-\d+/, `${ended.pid}-1`);
  ended.signal('SIGKILL');
  await ended.exited;
  return owner;
}

describe('a process', () => {
  test('is seen to run, and to have ended', async () => {
    const scope = scopeOfTest();
    expect(await isRunning(await ownerName('e'))).toBe(true);
    expect(await isRunning(await deadOwner(scope))).toBe(false);
    expect(await isRunning(elsewhere)).toBeUndefined();
  });

  test('is not taken for another that got its id', async () => {
    const later = (await ownerName('e')).replace(/^(\d+)-\d+/, '$1-1');
    expect(await isRunning(later)).toBe(false);
  });
});

describe('a folder', () => {
  test('of a process that runs is left alone', async () => {
    const directory = await temporaryFolder(scopeOfTest());
    await leave(directory, await ownerName('e'));
    expect(await claim(directory, true, 'another')).toEqual([]);
  });

  test('of a dead thread is taken by another agent of its process', async () => {
    const directory = await temporaryFolder(scopeOfTest());
    const folder = await leave(directory, await ownerName('of a worker'));
    expect(await claim(directory, false, await ownerName('ours'))).toEqual([]);
    expect(await claim(directory, true, await ownerName('ours'))).toEqual([]);
    const longAgo = new Date((await stat(folder)).mtimeMs - 120_000);
    await utimes(folder, longAgo, longAgo);
    expect(await claim(directory, true, (await ownerName('e')).replace(/^\d+/, '1'))).toEqual([]);
    expect(await claim(directory, true, await ownerName('ours'))).toHaveLength(1);
  });

  test('of a dead process has one heir, however many want it', async () => {
    const scope = scopeOfTest();
    const directory = await temporaryFolder(scope);
    const dead = await deadOwner(scope);
    for (let run = 0; run < 20; run++) await leave(directory, dead);
    const heirs = await Promise.all(
      Array.from({ length: 8 }, async (_, heir) =>
        claim(directory, true, (await ownerName('e')).replace(/^\d+/, `${heir}`)),
      ),
    );
    const folders = heirs.flat();
    expect(folders).toHaveLength(20);
    expect(new Set(folders.map((folder) => folder.replace(/_[^_]+$/, ''))).size).toBe(20);
    expect((await readdir(directory)).toSorted()).toEqual(
      folders.map((folder) => path.basename(folder)).toSorted(),
    );
  });

  test('that was given up is anybody’s', async () => {
    const directory = await temporaryFolder(scopeOfTest());
    await giveUp(await leave(directory, await ownerName('e')));
    expect(await claim(directory, true)).toHaveLength(1);
  });

  test('of another instance is taken apart from the own', async () => {
    const directory = await temporaryFolder(scopeOfTest());
    await leave(directory, 'left', 'shop-2');
    expect(await claim(directory, true)).toEqual([]);
    expect(await claim(directory, false)).toHaveLength(1);
  });

  test('of an unseen process is taken once nothing was written for long', async () => {
    const directory = await temporaryFolder(scopeOfTest());
    const folder = await leave(directory, elsewhere, 'shop-2');
    expect(await claim(directory, false)).toEqual([]);
    const longAgo = new Date((await stat(folder)).mtimeMs - 120_000);
    await utimes(folder, longAgo, longAgo);
    await writeFile(path.join(folder, 'alive'), '.');
    await utimes(folder, longAgo, longAgo);
    expect(await claim(directory, false)).toEqual([]);
    await utimes(path.join(folder, 'alive'), longAgo, longAgo);
    expect(await claim(directory, false)).toHaveLength(1);
  });

  test('of an unseen process with our instance is taken at once', async () => {
    const directory = await temporaryFolder(scopeOfTest());
    await leave(directory, elsewhere);
    expect(await claim(directory, true)).toHaveLength(1);
  });

  test('that was only just begun is cleared away', async () => {
    const directory = await temporaryFolder(scopeOfTest());
    await mkdir(path.join(directory, 'run_e1_00000000_left'));
    expect(await claim(directory, true)).toEqual([]);
    expect(await readdir(directory)).toEqual([]);
  });
});
