import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { schemaVersion } from '../../../collector/src/store/schema.ts';
import { openSqliteStore } from '../../../collector/src/store/sqlite-event-store.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { availableDrivers } from '../support/drivers.ts';
import { logOf } from '../support/log-of-a-day.ts';
import { startTestCollector } from '../support/start-collector.ts';

const [driver] = await availableDrivers();

/** A folder whose database was made by these statements. */
async function folderWith(statements: string): Promise<string> {
  const folder = await temporaryFolder(scopeOfTest());
  const database = await driver?.open(path.join(folder, 'holdfast.db'));
  await database?.exec(`${statements}; CREATE TABLE things (id INTEGER)`);
  await database?.close();
  return folder;
}

async function refusalOf(dataDir: string): Promise<unknown> {
  return startTestCollector(scopeOfTest(), { dataDir }).catch((error: unknown) => error);
}

describe('a database is refused by name and left untouched', () => {
  test.each([
    ['of another program', 'PRAGMA application_id = 252006673', 'is a database of another program'],
    ['without a mark', 'PRAGMA user_version = 1', 'is a database of another program (application id 0)'],
    [
      'of a newer version',
      'PRAGMA application_id = 1213156420; PRAGMA user_version = 99',
      `was written by a newer Holdfast (schema 99, this one knows ${schemaVersion})`,
    ],
  ])('one %s', async (_name, statements, expected) => {
    const folder = await folderWith(statements);
    const before = await readFile(path.join(folder, 'holdfast.db'));
    const refusal = await refusalOf(folder);
    expect(refusal).toMatchObject({ code: 'database_refused', message: expect.stringContaining(expected) });
    expect(refusal).toMatchObject({ message: expect.stringContaining(path.join(folder, 'holdfast.db')) });
    expect(await readFile(path.join(folder, 'holdfast.db'))).toEqual(before);
    expect(await readdir(folder)).toEqual(['holdfast.db']);
  });

  test.each([
    ['text', 'not a database at all'],
    ['a long text', 'not a database at all '.repeat(500)],
  ])('a file that is %s', async (_name, content) => {
    const folder = await temporaryFolder(scopeOfTest());
    await writeFile(path.join(folder, 'holdfast.db'), content);
    expect(await refusalOf(folder)).toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('is not a SQLite database; it was left untouched'),
    });
    expect(await readFile(path.join(folder, 'holdfast.db'), 'utf8')).toBe(content);
  });
});

test('an empty file is a new database', async () => {
  const scope = scopeOfTest();
  const dataDir = await temporaryFolder(scope);
  await writeFile(path.join(dataDir, 'holdfast.db'), '');
  const { url } = await startTestCollector(scope, { dataDir });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test('a file in the place of the folder is told', async () => {
  const folder = await temporaryFolder(scopeOfTest());
  await writeFile(path.join(folder, 'data'), '');
  expect(await refusalOf(path.join(folder, 'data'))).toMatchObject({ code: 'folder_unusable' });
  expect(await refusalOf(path.join(folder, 'data', 'below'))).toMatchObject({ code: 'folder_unusable' });
});

test('a database that is a folder is told', async () => {
  const folder = await temporaryFolder(scopeOfTest());
  await mkdir(path.join(folder, 'holdfast.db'));
  expect(await refusalOf(folder)).toMatchObject({ code: 'database_refused' });
});

test('a damaged database is refused with the mend, and left alone', async () => {
  const scope = scopeOfTest();
  const folder = await temporaryFolder(scope);
  const store = await openSqliteStore(folder);
  const entries = logOf(1, 400);
  await store.append(entries);
  await store.close();
  const file = path.join(folder, 'holdfast.db');
  const bytes = await readFile(file);
  bytes.fill(0x55, bytes.length - 60_000, bytes.length - 20_000); // pages of the log
  await writeFile(file, bytes);
  expect(await refusalOf(folder)).toMatchObject({
    code: 'database_refused',
    message: expect.stringMatching(/holdfast\.db is damaged \(.+\); .* holdfast admin restore/) as string,
  });
  expect((await readFile(file)).equals(bytes)).toBe(true);
});
