import { FakeClock } from '@holdfast/agent/testing';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../cli/src/time/system-clock.ts';
import { startTestCollector } from '../../collector/support/start-collector.ts';
import { masterToken } from '../../collector/support/tokens.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { runCommand } from '../support/fake-host.ts';

test('the first token is made without a collector, and opens it', async () => {
  const scope = scopeOfTest();
  const dataDir = path.join(await temporaryFolder(scope), 'new');
  const make = ['tokens', 'create', '--scope', 'admin', '--name', 'admin', '--data', dataDir];
  const { code, stdout, stderr } = await runCommand(make);
  expect([code, stderr]).toEqual([0, expect.stringContaining('not shown again')]);
  const token = stdout.trim();
  expect(token).toMatch(/^hf_admin_/);
  const { port } = await startTestCollector(scope, { dataDir, host: '0.0.0.0' });
  const url = `http://127.0.0.1:${port}`;
  const env = { HOLDFAST_TOKEN: token };
  expect(await runCommand(['status'], { url })).toMatchObject({ code: 4 });
  expect(await runCommand(['status'], { url, env })).toMatchObject({ code: 0 });
  expect(await runCommand(['audit', 'ls'], { url, env })).toMatchObject({
    stdout: expect.stringContaining('token admin made') as string,
  });
  expect(await runCommand(make)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('in use by another collector') as string,
  });
});

test('tokens are made, listed and revoked over the API', async () => {
  const scope = scopeOfTest();
  const clock = new FakeClock(systemClock.now());
  const { url } = await startTestCollector(scope, { token: masterToken, clock });
  const env = { HOLDFAST_TOKEN: masterToken };
  const make = [
    'tokens',
    'create',
    '--scope',
    'ingest',
    '--name',
    'ci',
    '--service',
    'shop-*',
    '--expires',
    '1d',
  ];
  const made = await runCommand([...make, '-o', 'json'], { url, env });
  const { id, token } = JSON.parse(made.stdout) as { id: string; token: string };
  const list = await runCommand(['tokens', 'ls'], { url, env });
  expect(list.stdout).toMatch(new RegExp(`${id} +ci +ingest +shop-\\* +in .* +never +0`));
  expect(list.stdout).not.toContain(token);
  expect(await runCommand(['tokens', 'ls'], { url, env: { HOLDFAST_TOKEN: token } })).toMatchObject({
    code: 4,
  });
  expect(await runCommand(['tokens', 'revoke', id], { url, env })).toMatchObject({
    code: 0,
    stderr: `token ${id} of ci is revoked\n`,
  });
  expect(await runCommand(['tokens', 'revoke', id], { url, env })).toMatchObject({ code: 7 });
  expect((await runCommand(['tokens', 'ls'], { url, env })).stdout).toContain('revoked');
  const filtered = (filter: string): Promise<{ stdout: string; code: number; stderr: string }> =>
    runCommand(['tokens', 'ls', '--filter', filter], { url, env });
  expect((await filtered('state:revoked svc:shop*')).stdout).toContain(id);
  expect(await filtered('state:live')).toMatchObject({ stderr: 'the filter lets nothing through\n' });
  expect(await filtered('state:lve')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean live?') as string,
  });
});

test('tokens in a folder are listed and revoked without a collector', async () => {
  const dataDir = await temporaryFolder(scopeOfTest());
  const data = ['--data', dataDir];
  const make = ['tokens', 'create', '--scope', 'read', '--name', 'screen', '-o', 'json', ...data];
  const { id } = JSON.parse((await runCommand(make)).stdout) as { id: string };
  expect((await runCommand(['tokens', 'ls', ...data])).stdout).toContain(id);
  expect(await runCommand(['tokens', 'revoke', id, ...data])).toMatchObject({ code: 0 });
  expect(await runCommand(['tokens', 'revoke', 'nothing', ...data])).toMatchObject({ code: 3 });
  expect(await runCommand(['tokens', 'ls', '--data', `${dataDir}/nothing`])).toMatchObject({ code: 3 });
});

test.each([
  [['--scope', 'root', '--name', 'x'], 'ingest, read, operate, admin'],
  [['--scope', 'read'], '--name'],
  [['--scope', 'ingest', '--name', 'x'], '--service must name the services'],
  [['--scope', 'read', '--name', 'x', '--expires', 'soon'], '--expires'],
  [
    ['--scope', 'read', '--name', 'x', '--expires', '500d'],
    "--expires must be between 1 m and 366 d, got '500d'",
  ],
])('a wrong token is refused by name: %j', async (options, named) => {
  const dataDir = path.join(await temporaryFolder(scopeOfTest()), 'new');
  const { code, stderr } = await runCommand(['tokens', 'create', ...options, '--data', dataDir]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(named)]);
  expect(existsSync(dataDir)).toBe(false);
});
