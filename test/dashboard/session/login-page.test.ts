import { type AuditEntry, type ListAnswer, type TokenScope } from '@holdfast/shared';
import { type Collector, startCollector } from '@holdfast/collector';
import type { BrowserContext, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { codeAt } from '../../collector/support/browser-client.ts';
import { bearer, makeTokenAt, masterToken, statusWith } from '../../collector/support/tokens.ts';
import { batchWith, flagLevels, helloWith, WireAgent } from '../../collector/support/wire-agent.ts';
import { launchBrowser } from '../../support/browser.ts';
import { buildDashboard } from '../../support/built-dashboard.ts';
import { getJson } from '../../support/http.ts';
import { scopeOfFile, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const file = scopeOfFile();
const limit = 30_000;
let collector: Collector;
let browser: BrowserContext;

beforeAll(async () => {
  const dashboardDir = await buildDashboard(file);
  collector = await startCollector({
    port: 0,
    dataDir: await temporaryFolder(file),
    dashboardDir,
    token: masterToken,
  });
  file.onEnd(() => collector.close());
  const agent = await WireAgent.connect(file, collector.url, bearer(masterToken));
  agent.send(helloWith());
  await agent.next('welcome');
  agent.send(batchWith(1, flagLevels(true)));
  await agent.acknowledged(1);
  browser = await launchBrowser(file);
  browser.setDefaultTimeout(limit);
}, 120_000);

/** A tab without the cookies of those before it, and the addresses that it has asked for. */
async function openTab(path = '/'): Promise<{ readonly page: Page; readonly asked: readonly string[] }> {
  await browser.clearCookies();
  const page = await browser.newPage();
  scopeOfTest().onEnd(() => page.close());
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('websocket', (socket) => asked.push(socket.url()));
  await page.goto(`${collector.url}${path}`);
  return { page, asked };
}

function tokenOf(scope: TokenScope, name: string): ReturnType<typeof makeTokenAt> {
  return makeTokenAt(collector.url, { scope, name });
}

test('the log-in says what to do, and takes the code', async () => {
  const { token } = await tokenOf('read', 'rae');
  const { page } = await openTab();
  await page.getByText(`holdfast login --url ${collector.url}`).waitFor();
  const field = page.getByLabel('Link or code');
  await field.fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').getByText('the code is not good').waitFor();
  await field.fill(`${collector.url}/#login=${(await codeAt(collector.url, token)).code}`);
  await page.getByRole('button', { name: 'Log in' }).click();
  const mine = page.getByRole('group', { name: 'Your log-in' });
  expect(await mine.textContent()).toContain('rae read');

  const flag = page.getByRole('switch', { name: 'reviews' });
  expect(await flag.isDisabled()).toBe(true);
  expect(await flag.getAttribute('title')).toContain('You may look, not act');
  await page.getByText('You may look, not act: your token has the scope read.').first().waitFor();
  expect(await page.getByRole('button', { name: 'Hold open…' }).isDisabled()).toBe(true);

  await mine.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
});

test('a link logs in as its token, and leaves no trace', async () => {
  const { token, view } = await tokenOf('operate', 'ola');
  const { code } = await codeAt(collector.url, token);
  const { page, asked } = await openTab(`/#login=${code}`);
  const flag = page.getByRole('switch', { name: 'reviews' });
  await flag.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('as done by ola').waitFor();
  await dialog.getByRole('button', { name: 'Turn off' }).click();
  await dialog.waitFor({ state: 'hidden' });
  const headers = bearer(masterToken);
  const audit = await getJson<ListAnswer<AuditEntry>>(`${collector.url}/api/v1/audit`, { headers });
  expect(audit.items[0]).toMatchObject({ action: 'flag.set', target: 'reviews', by: 'ola', via: 'web' });

  const [cookie] = await browser.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  expect(await page.evaluate(() => document.cookie)).toBe('');
  expect(new URL(page.url()).hash).toBe('');
  const secrets = [code, token, masterToken, cookie?.value ?? 'none'];
  expect(asked.filter((url) => secrets.some((secret) => url.includes(secret)))).toEqual([]);
  expect(asked.some((url) => url.startsWith('ws:'))).toBe(true);

  const end = { method: 'DELETE', body: { by: 'ann', via: 'cli' } };
  expect(await statusWith(masterToken, `${collector.url}/api/v1/tokens/${view.id}`, end)).toBe(200);
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
});

test('an old link does no harm to who is in', async () => {
  const { token } = await tokenOf('read', 'rex');
  const { code } = await codeAt(collector.url, token);
  const { page } = await openTab(`/#login=${code}`);
  const mine = page.getByRole('group', { name: 'Your log-in' });
  await mine.getByText('rex').waitFor();
  await page.goto(`${collector.url}/?again#login=${code}`);
  await mine.getByText('rex').waitFor();
  expect(await waitFor(() => new URL(page.url()).hash === '', { what: 'the clean address' })).toBe(true);
});
