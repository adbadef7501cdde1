import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FleetView } from '@holdfast/shared';
import type { BrowserContext } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, type OpenedPage, openPage } from '../support/browser.ts';
import { buildDashboard } from '../support/built-dashboard.ts';
import { scopeOfFile, scopeOfTest } from '../support/scope.ts';
import { waitFor } from '../support/wait-for.ts';
import { type FakeLiveServer, startFakeLiveServer } from './fake-live-server.ts';
import { openBreaker } from './sample-breakers.ts';
import { calmFleet, failingFleet, largeFleet } from './sample-fleet.ts';

const file = scopeOfFile();
let dist: string;
let browser: BrowserContext;

beforeAll(async () => {
  dist = await buildDashboard(file);
  browser = await launchBrowser(file);
}, 60_000);

async function openedPage(view: FleetView): Promise<OpenedPage & { readonly server: FakeLiveServer }> {
  const scope = scopeOfTest();
  const server = await startFakeLiveServer({ dist, view: () => view });
  scope.onEnd(() => server.close());
  const opened = await openPage(browser, `http://127.0.0.1:${server.port}/`);
  scope.onEnd(() => opened.page.close());
  return { ...opened, server };
}

/** No history is served here; all else that goes wrong counts. */
function unexpected(problems: readonly string[]): string[] {
  return problems.filter((problem) => !problem.includes('404'));
}

test('the first load stays within 150 KB gzip, without inline code', async () => {
  const names = await readdir(dist, { recursive: true });
  const files = await Promise.all(
    names.filter((name) => path.extname(name) !== '').map((name) => readFile(path.join(dist, name))),
  );
  const bytes = files.reduce((sum, content) => sum + gzipSync(content).length, 0);
  expect(bytes).toBeLessThanOrEqual(150 * 1_024);
  const html = await readFile(path.join(dist, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<style|style=|<script(?![^>]* src=)|https?:\/\//);
});

test('an opening breaker moves up, reddens the strip and names the tab', async () => {
  const { page, problems, server } = await openedPage(calmFleet());
  const strip = page.getByRole('banner');
  await strip.getByText('All well: 4 breakers passing calls').waitFor();
  expect(await strip.getAttribute('data-level')).toBe('calm');

  const at = calmFleet().at + 5_000;
  server.send({ type: 'delta', at, resources: [openBreaker('checkout/payments', at)] });
  const row = page.getByRole('row', { name: 'checkout/payments' });
  await row.getByText('blocking').waitFor();
  expect(await row.getAttribute('data-state')).toBe('open');
  expect(await page.getByRole('row').nth(1).getAttribute('aria-label')).toBe('checkout/payments');
  expect(await strip.getAttribute('data-level')).toBe('broken');
  expect(await strip.textContent()).toContain('1 of 4 breakers OPEN · checkout/payments for 0 s');
  expect(await page.title()).toBe('■ 1 open · Holdfast');
  expect(unexpected(problems)).toEqual([]);
});

test('a hold is sent only after its effect was told and confirmed', async () => {
  const { page, server } = await openedPage(failingFleet());
  await page.getByRole('row', { name: 'checkout/inventory' }).click();
  await page.getByRole('button', { name: 'Hold open…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Hold checkout/inventory open?' });
  await dialog.getByText('Rejects every call to inventory-api').waitFor();
  expect(server.acts).toEqual([]);

  await dialog.getByLabel('Reason').fill('warehouse is being moved');
  await dialog.getByLabel('For how long').fill('30m');
  await dialog.getByLabel('Your name').fill('ana');
  await dialog.getByRole('button', { name: 'Hold open' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(server.acts).toEqual([
    {
      method: 'PUT',
      path: '/api/v1/resources/checkout/circuit_breaker/inventory/override',
      body: {
        state: 'forced_open',
        by: 'ana',
        via: 'web',
        reason: 'warehouse is being moved',
        forMs: 1_800_000,
      },
    },
  ]);
  await page.getByRole('status', { name: 'Done' }).getByText('held open').waitFor();
});

test('a flag is toggled by its switch, and cancelling sends nothing', async () => {
  const { page, server } = await openedPage(failingFleet());
  const flag = page.getByRole('switch', { name: 'real_time_inventory' });
  expect(await flag.getAttribute('aria-checked')).toBe('true');
  await flag.click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await flag.click();
  const dialog = page.getByRole('dialog', { name: 'Turn real_time_inventory off?' });
  await dialog.getByText('from on to off in 2 running instances of storefront').waitFor();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  expect(server.acts).toMatchObject([
    {
      method: 'PUT',
      path: '/api/v1/flags/real_time_inventory/override',
      body: { value: false, forMs: 900_000 },
    },
  ]);
});

test('nothing looks well once the collector is gone', async () => {
  const { page, server } = await openedPage(calmFleet());
  await page.getByRole('row', { name: 'checkout/payments' }).waitFor();
  await server.close();
  const strip = page.getByRole('banner');
  await strip.getByText(/STALE \d+ s, reconnecting/).waitFor();
  expect(await strip.getAttribute('data-fresh')).toBe('stale');
  expect(await strip.textContent()).toContain('Last known at');
  expect(await page.title()).toBe('? Holdfast');
});

test.each([1280, 1100, 390])('names of breakers are whole at %d pixels', async (width) => {
  const { page } = await openedPage(failingFleet());
  await page.setViewportSize({ width, height: 900 });
  await page.getByRole('row', { name: 'storefront/recommendations' }).locator('.row-name').waitFor();
  const cut = await page
    .locator('.breaker-row .row-name')
    .evaluateAll((names) => names.filter((name) => name.scrollWidth > name.clientWidth + 1).length);
  expect(cut).toBe(0);
});

test('of a thousand breakers only those near the view are drawn', async () => {
  const { page } = await openedPage(largeFleet(1_000));
  await page.locator('.breaker-row .row-name').first().waitFor();
  expect(await page.locator('.breaker-row').count()).toBe(1_000);
  expect(await page.locator('.breaker-row .row-name').count()).toBeLessThan(60);

  await page.locator('.breaker-list').evaluate((list) => list.scrollTo({ top: list.scrollHeight }));
  const last = page.locator('.breaker-row').last();
  await last.locator('.row-name').waitFor();

  await page.keyboard.press('x');
  await waitFor(async () => (await page.locator('.breaker-row').count()) === 28, { what: 'only problems' });
});

test('j and k choose, and the address keeps the choice', async () => {
  const { page } = await openedPage(failingFleet());
  const detail = page.getByRole('region', { name: 'Chosen breaker' });
  await detail.getByRole('heading', { name: 'checkout/payments' }).waitFor();
  await page.keyboard.press('j');
  await detail.getByRole('heading', { name: 'storefront/reviews' }).waitFor();
  expect(new URL(page.url()).hash).toBe('#storefront/reviews');
  await page.reload();
  await detail.getByRole('heading', { name: 'storefront/reviews' }).waitFor();
  await page.keyboard.press('Escape');
  await detail.getByRole('heading', { name: 'checkout/payments' }).waitFor();
});
