import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startTestCollector } from '../../collector/support/start-collector.ts';
import { runCommand } from '../support/fake-host.ts';

test('data goes into a file, through a check, and back', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const { dataDir } = collector;
  const file = path.join(await temporaryFolder(scope), 'backup.db');
  const { length } = await readFile(path.join(dataDir, 'holdfast.db'));
  expect(length).toBeGreaterThan(0);

  expect(await runCommand(['admin', 'backup', file, '--data', dataDir])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/backup\.db: \d+ bytes, checked\n$/) as string,
  });
  expect(await runCommand(['admin', 'backup', file, '--data', dataDir])).toMatchObject({ code: 7 });
  expect(await runCommand(['admin', 'check', '--data', dataDir])).toMatchObject({
    code: 0,
    stdout: `${dataDir} is whole\n`,
  });
  expect(await runCommand(['admin', 'restore', file, '--data', dataDir])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('in use by another collector') as string,
  });
  await collector.close();
  expect(await runCommand(['admin', 'restore', file, '--data', dataDir])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('holdfast.db.before-restore') as string,
  });
});

test('a backup names the folder that is not there', async () => {
  const scope = scopeOfTest();
  const { dataDir } = await startTestCollector(scope);
  const folder = path.join(await temporaryFolder(scope), 'nothing');
  expect(await runCommand(['admin', 'backup', `${folder}/x.db`, '--data', dataDir])).toMatchObject({
    code: 3,
    stderr: `holdfast: there is no folder ${folder} for x.db\n`,
  });
});

test('what is no backup is refused, and leaves nothing behind', async () => {
  const folder = await temporaryFolder(scopeOfTest());
  const [file, data] = [path.join(folder, 'notes.txt'), path.join(folder, 'data')];
  await writeFile(file, 'some text');
  expect(await runCommand(['admin', 'restore', file, '--data', data])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Give a file that holdfast admin backup made') as string,
  });
  expect(existsSync(data)).toBe(false);
});

test.each(['backup x.db', 'check', 'rebuild'])('admin %s names a folder that is not there', async (line) => {
  const folder = path.join(await temporaryFolder(scopeOfTest()), 'nothing');
  const { code, stderr } = await runCommand(['admin', ...line.split(' '), '--data', folder]);
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining(folder) as string });
});
