import { expect, test } from 'vitest';
import { enter } from '../../collector/support/browser-client.ts';
import { startTestCollector } from '../../collector/support/start-collector.ts';
import { makeTokenAt, masterToken } from '../../collector/support/tokens.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { runCommand } from '../support/fake-host.ts';

test('prints a link whose code logs a browser in as the token', async () => {
  const { url } = await startTestCollector(scopeOfTest(), { token: masterToken });
  const { token } = await makeTokenAt(url, { scope: 'read', name: 'ann' });
  const { code, stdout, stderr } = await runCommand(['login'], { url, env: { HOLDFAST_TOKEN: token } });
  expect(code).toBe(0);
  const link = new URL(stdout.trim());
  expect([link.origin, link.pathname, link.search]).toEqual([url, '/', '']);
  expect(link.hash).toMatch(/^#login=[\w-]{43}$/);
  expect(stderr).toContain('it works once');
  const answer = await enter(url, link.hash.slice('#login='.length));
  expect(await answer.json()).toMatchObject({ scope: 'read', name: 'ann' });
});

test('says why no link is made', async () => {
  const open = await startTestCollector(scopeOfTest());
  expect(await runCommand(['login'], { url: open.url })).toMatchObject({
    code: 7,
    stderr: expect.stringContaining('asks nobody to log in') as string,
  });
  const { url } = await startTestCollector(scopeOfTest(), { token: masterToken });
  const { token } = await makeTokenAt(url, { scope: 'ingest' });
  const env = { HOLDFAST_TOKEN: token };
  expect(await runCommand(['login', '-o', 'json'], { url, env })).toMatchObject({ code: 4, stdout: '' });
  expect(await runCommand(['login'], { url })).toMatchObject({ code: 4 });
});
