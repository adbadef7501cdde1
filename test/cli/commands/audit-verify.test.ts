import path from 'node:path';
import { expect, test } from 'vitest';
import { availableDrivers } from '../../collector/support/drivers.ts';
import { startTestCollector } from '../../collector/support/start-collector.ts';
import { sendJson } from '../../support/http.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { runCommand } from '../support/fake-host.ts';

test('verify prints the head, and names the row that was altered', async () => {
  const { url, dataDir } = await startTestCollector(scopeOfTest());
  for (const name of ['a', 'b', 'c']) {
    await sendJson('POST', `${url}/api/v1/tokens`, { scope: 'read', name, by: 'ann', via: 'api' });
  }
  const whole = await runCommand(['audit', 'verify'], { url });
  expect(whole).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('3 rows are as written') as string,
  });
  const head = whole.stdout.trim();
  expect(await runCommand(['audit', 'verify', '--head', head], { url })).toMatchObject({ code: 0 });
  expect(await runCommand(['audit', 'verify', '--head', 'x'], { url })).toMatchObject({ code: 2 });

  const [driver] = await availableDrivers();
  const other = await driver?.open(path.join(dataDir, 'holdfast.db'));
  await other?.run("UPDATE audit SET body = replace(body, 'ann', 'eve') WHERE id = 2");
  await other?.close();
  expect(await runCommand(['audit', 'verify'], { url })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('the audit list is broken at row 2') as string,
  });
  const told = await runCommand(['audit', 'verify', '-o', 'json'], { url });
  expect([told.code, JSON.parse(told.stdout)]).toMatchObject([1, { rowCount: 1, brokenAt: 2 }]);
});
