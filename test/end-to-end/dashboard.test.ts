import type { AuditEntry, ListAnswer } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { getJson } from '../support/http.ts';
import { scopeOfTest } from '../support/scope.ts';
import { waitFor } from '../support/wait-for.ts';
import { productPage, startDemo } from './support/demo.ts';

test('an outage shows on the page, and a toggle changes the shop', async () => {
  const scope = scopeOfTest();
  const [demo, browser] = await Promise.all([startDemo(scope, '--no-story'), launchBrowser(scope)]);
  const { page, problems } = await openPage(browser, demo.url);
  const payments = page.getByRole('row', { name: 'checkout/payments' });
  await payments.waitFor();
  expect(await payments.getAttribute('data-state')).toBe('closed');

  await demo.holdfast('demo', 'fail', 'payments', '--mode', 'hanging', '--for', '60s');
  await page.locator('.strip[data-level="broken"]').waitFor({ timeout: 30_000 });
  expect(await page.locator('.strip').textContent()).toContain('1 of 6 breakers OPEN');
  await page.locator('[data-address="checkout/circuit_breaker/payments"][data-state="open"]').waitFor();
  await page.locator('[data-flag="instant_payment"][data-reason="DEGRADED"]').waitFor();
  await payments.click();
  expect(await page.locator('canvas').count()).toBeGreaterThanOrEqual(2);

  await page.getByRole('switch', { name: 'recommendations' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Sets recommendations from on to off in 1 running instance of storefront').waitFor();
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('too slow');
  await dialog.getByRole('button', { name: /^(turn|set|switch)/i }).click();
  await waitFor(async () => (await productPage(demo)).degraded.includes('recommendations'), {
    what: 'the page without recommendations',
  });
  await page.locator('[data-flag="recommendations"][data-reason="OVERRIDE"]').waitFor();
  const { items } = await getJson<ListAnswer<AuditEntry>>(`${demo.url}/api/v1/audit`);
  expect(items[0]).toMatchObject({
    action: 'flag.set',
    target: 'recommendations',
    via: 'web',
    reason: 'too slow',
  });
  expect(problems).toEqual([]);
}, 90_000);

test('the page says that it is old until the collector is back', async () => {
  const scope = scopeOfTest();
  const [demo, browser] = await Promise.all([startDemo(scope, '--no-story'), launchBrowser(scope)]);
  const { page } = await openPage(browser, demo.url);
  await page.locator('.strip[data-fresh="live"]').waitFor();
  const collector = /collector +http\S+ +process (\d+)/.exec(demo.process.output())?.[1];
  process.kill(Number(collector), 'SIGKILL');
  await page.locator('.strip:not([data-fresh="live"])').waitFor({ timeout: 10_000 });
  await page.locator('.strip[data-fresh="live"]').waitFor({ timeout: 20_000 });
  await page.getByRole('row', { name: 'checkout/payments' }).waitFor();
  expect(await demo.holdfast('breakers', 'ls')).toContain('checkout/payments');
}, 90_000);
