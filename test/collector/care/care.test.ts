import { backUp, checkData, restore } from '@holdfast/collector';
import { mkdir, open, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { getJson } from '../../support/http.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { batchWith, rollupsOf, WireAgent } from '../support/wire-agent.ts';

const resource = 'api/v1/resources/checkout/circuit_breaker/payments';

/** A running collector that has counted so many successes. */
async function counting(scope: Scope, count: number): Promise<{ collector: TestCollector; dataDir: string }> {
  const dataDir = await temporaryFolder(scope);
  const collector = await startTestCollector(scope, { dataDir });
  const agent = await WireAgent.introduce(scope, collector.url);
  for (let seq = 1; seq <= count; seq++) agent.send(batchWith(seq, rollupsOf({ success: 1 })));
  await agent.acknowledged(count);
  return { collector, dataDir };
}

async function successes(scope: Scope, dataDir: string): Promise<number> {
  const { url } = await startTestCollector(scope, { dataDir });
  const { totals } = await getJson<{ totals: { success: number } }>(`${url}/${resource}`);
  return totals.success;
}

describe('a backup', () => {
  test('holds what was acknowledged, and is made while the collector runs', async () => {
    const scope = scopeOfTest();
    const { dataDir } = await counting(scope, 7);
    const file = path.join(await temporaryFolder(scope), 'backup.db');
    await writeFile(`${file}.partial`, 'of a backup that was killed');
    const { bytes } = await backUp(dataDir, file);
    expect(await stat(file)).toMatchObject({ size: bytes, mode: 0o100600 });
    const fresh = path.join(await temporaryFolder(scope), 'data');
    expect(await restore(file, fresh)).toEqual({});
    expect(await successes(scope, fresh)).toBe(7);
  });

  test('never replaces a file', async () => {
    const scope = scopeOfTest();
    const { dataDir } = await counting(scope, 1);
    const file = path.join(await temporaryFolder(scope), 'precious');
    await writeFile(file, 'mine');
    await expect(backUp(dataDir, file)).rejects.toMatchObject({ code: 'file_exists' });
  });

  test('of nothing is refused, and leaves nothing', async () => {
    const folder = await temporaryFolder(scopeOfTest());
    await expect(backUp(folder, path.join(folder, 'b.db'))).rejects.toMatchObject({ code: 'no_such_file' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a restore', () => {
  test('keeps what was there', async () => {
    const scope = scopeOfTest();
    const { collector, dataDir } = await counting(scope, 3);
    const file = path.join(await temporaryFolder(scope), 'backup.db');
    await backUp(dataDir, file);
    await collector.close();
    const { keptAs } = await restore(file, dataDir);
    expect(keptAs).toBe(path.join(dataDir, 'holdfast.db.before-restore'));
    const old = path.join(await temporaryFolder(scope), 'old');
    await restore(keptAs ?? '', old);
    expect(await successes(scope, old)).toBe(3);
  });

  test('is refused while a collector runs on the folder', async () => {
    const scope = scopeOfTest();
    const { dataDir } = await counting(scope, 1);
    const file = path.join(await temporaryFolder(scope), 'backup.db');
    await backUp(dataDir, file);
    await expect(restore(file, dataDir)).rejects.toMatchObject({ code: 'folder_in_use' });
  });

  test('refuses what is no backup, and changes nothing', async () => {
    const scope = scopeOfTest();
    const folder = await temporaryFolder(scope);
    const file = path.join(folder, 'letter.txt');
    await writeFile(file, 'dear collector');
    await mkdir(path.join(folder, 'data'));
    await expect(restore(file, path.join(folder, 'data'))).rejects.toMatchObject({
      code: 'database_refused',
    });
    expect(await readdir(path.join(folder, 'data'))).toEqual([]);
  });
});

describe('a check', () => {
  test('finds nothing in whole data', async () => {
    const { dataDir } = await counting(scopeOfTest(), 2);
    expect(await checkData(dataDir)).toEqual([]);
  });

  test('finds a page that was overwritten', async () => {
    const scope = scopeOfTest();
    const { collector, dataDir } = await counting(scope, 200);
    await collector.close();
    const handle = await open(path.join(dataDir, 'holdfast.db'), 'r+');
    await handle.write(Buffer.alloc(16_384, 0xa5), 0, 16_384, 16_384 * 3);
    await handle.close();
    const problems = await checkData(dataDir).catch((error: Error) => [error.message]);
    expect(problems.join()).toMatch(/malformed|damaged|Tree|page/i);
  });
});
