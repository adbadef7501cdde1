import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDataFolder } from '../../../cli/src/demo/data-folder.ts';
import { runToEnd } from '../../support/process.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A process that has ended. */
async function deadPid(): Promise<string> {
  const { stdout } = await runToEnd(scopeOfTest(), [process.execPath, '-p', 'process.pid']);
  return stdout.trim();
}

test('a folder that a killed demo left is removed, others stay', async () => {
  const leave = (pid: string): Promise<string> => mkdtemp(path.join(tmpdir(), `holdfast-demo-${pid}-`));
  const orphan = await leave(await deadPid());
  await mkdir(path.join(orphan, 'shop'));
  const used = await leave(`${process.pid}`);
  onTestFinished(() => rm(used, { recursive: true }));
  const data = await openDataFolder(undefined);
  expect([orphan, used, data.path].map((folder) => existsSync(folder))).toEqual([false, true, true]);
  await data.close();
  expect(existsSync(data.path)).toBe(false);
});

test('a folder that is named is made, and kept', async () => {
  const named = path.join(await temporaryFolder(scopeOfTest()), 'data');
  const data = await openDataFolder(named);
  await data.close();
  expect(data).toMatchObject({ path: named, isTemporary: false });
  expect(existsSync(named)).toBe(true);
});
