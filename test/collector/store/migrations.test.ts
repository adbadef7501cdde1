import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { applicationId, migrations, schema, schemaVersion } from '../../../collector/src/store/schema.ts';
import type { Database } from '../../../collector/src/store/database.ts';
import { getJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { availableDrivers } from '../support/drivers.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { batchWith, rollupsOf, startAt, WireAgent } from '../support/wire-agent.ts';

const drivers = await availableDrivers();
const earlier = Array.from({ length: schemaVersion - 1 }, (_, index) => index + 1);

/** The tables as that version made them; the files were written when it was the newest. */
async function makeTables(database: Database, version: number): Promise<void> {
  const tables = await readFile(path.join(import.meta.dirname, `schema-${version}.sql`), 'utf8');
  await database.exec(
    `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}; ${tables}`,
  );
}

async function tablesOf(database: Database): Promise<unknown> {
  const rows = await database.all('SELECT name, sql FROM sqlite_master ORDER BY name');
  return rows.map(({ name, sql }) => [name, String(sql).replace(/\s+/g, ' ')]);
}

test.each(earlier)('version %i becomes what a new database is', async (version) => {
  const folder = await temporaryFolder(scopeOfTest());
  for (const [index, driver] of drivers.entries()) {
    const fresh = await driver.open(path.join(folder, `fresh-${index}.db`));
    await fresh.exec(schema);
    const old = await driver.open(path.join(folder, `old-${index}.db`));
    await makeTables(old, version);
    for (let next = version + 1; next <= schemaVersion; next++) await old.exec(migrations[next] ?? '');
    expect(await tablesOf(old)).toEqual(await tablesOf(fresh));
    await Promise.all([fresh.close(), old.close()]);
  }
});

test.each(earlier)('a collector goes on from the log of version %i', async (version) => {
  const scope = scopeOfTest();
  const [driver] = drivers;
  const present = await startTestCollector(scope);
  const agent = await WireAgent.introduce(scope, present.url);
  for (let seq = 1; seq <= 5; seq++) agent.send(batchWith(seq, rollupsOf({ success: seq })));
  await agent.acknowledged(5);
  await present.close();

  const dataDir = await temporaryFolder(scope);
  const old = await driver?.open(path.join(dataDir, 'holdfast.db'));
  if (old === undefined) throw new Error('no driver');
  await makeTables(old, version);
  await old.run('ATTACH ? AS present', [path.join(present.dataDir, 'holdfast.db')]);
  await old.exec(
    'INSERT INTO agents SELECT * FROM present.agents; INSERT INTO log SELECT * FROM present.log',
  );
  await old.close();

  const { url } = await startTestCollector(scope, { dataDir });
  const resource = `${url}/api/v1/resources/checkout/circuit_breaker/payments`;
  expect(await getJson(resource)).toMatchObject({ totals: { success: 15 } });
  const range = `since=${startAt - 7_200_000}&until=${startAt + 7_200_000}&points=6`;
  const { success } = await getJson<{ success: number[] }>(`${resource}/series?${range}`);
  expect(success.reduce((a, b) => a + b, 0)).toBe(15);
});
