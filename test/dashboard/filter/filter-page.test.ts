import { type Collector, startCollector } from '@holdfast/collector';
import type { BrowserContext, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../collector/src/time/system-clock.ts';
import { batchWith, openedEvent, WireAgent } from '../../collector/support/wire-agent.ts';
import { launchBrowser, openPage } from '../../support/browser.ts';
import { buildDashboard } from '../../support/built-dashboard.ts';
import { scopeOfFile, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const file = scopeOfFile();
let collector: Collector;
let browser: BrowserContext;
let settledAt: number;

beforeAll(async () => {
  const dashboardDir = await buildDashboard(file);
  collector = await startCollector({ port: 0, dataDir: await temporaryFolder(file), dashboardDir });
  file.onEnd(() => collector.close());
  const now = systemClock.now();
  for (const service of ['checkout', 'storefront']) {
    const agent = await WireAgent.introduce(file, collector.url, { service, startedAt: now, sentAt: now });
    agent.send(batchWith(1, { sealedAt: now }));
    await agent.acknowledged(1);
    if (service !== 'checkout') continue;
    agent.send(batchWith(2, { sealedAt: now, events: [openedEvent(now)] }));
    await agent.acknowledged(2);
  }
  settledAt = systemClock.now();
  browser = await launchBrowser(file);
}, 60_000);

interface Tab {
  readonly page: Page;
  readonly problems: readonly string[];
  /** The names of the breakers that are shown. */
  breakers(): Promise<string[]>;
  query(): string;
}

async function openTab(query = ''): Promise<Tab> {
  const { page, problems } = await openPage(browser, `${collector.url}/${query}`);
  scopeOfTest().onEnd(() => page.close());
  await page.getByRole('grid').waitFor();
  return {
    page,
    problems,
    query: () => new URL(page.url()).searchParams.toString(),
    breakers: () =>
      page
        .locator('.breaker-row')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? '')),
  };
}

const both = ['checkout/payments', 'storefront/payments'];

test('the address filters the page, but not the sentence of the fleet', async () => {
  const { page, breakers, problems } = await openTab('?q=svc:storefront');
  await expect.poll(breakers).toEqual(['storefront/payments']);
  expect(await page.getByLabel('Filter').inputValue()).toBe('svc:storefront');
  await page.getByText(/^lets through 1 breaker, 1 instance/).waitFor();
  const strip = page.getByRole('banner');
  await strip.getByText('1 of 2 breakers OPEN').waitFor();
  expect(await strip.getAttribute('data-level')).toBe('broken');
  expect(await page.title()).toBe('■ 1 open · Holdfast');
  expect(problems).toEqual([]);
});

test('another filter goes into the address; back and clear take it out', async () => {
  const { page, breakers, query } = await openTab();
  await expect.poll(breakers).toEqual(both);
  await page.keyboard.press('/');
  await page.keyboard.type('state:open');
  await page.keyboard.press('Enter');
  await expect.poll(breakers).toEqual(['checkout/payments']);
  expect(query()).toBe('q=state%3Aopen');
  const field = page.getByLabel('Filter');
  await field.fill('nobody');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('lets nothing through').waitFor();
  await page.getByRole('grid').getByText('The filter lets none through.').waitFor();
  await page.goBack();
  await expect.poll(breakers).toEqual(['checkout/payments']);
  expect(await field.inputValue()).toBe('state:open');
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect.poll(breakers).toEqual(both);
  expect(query()).toBe('');
  await page.goBack();
  await expect.poll(breakers).toEqual(['checkout/payments']);
});

test('a wrong filter is told with its character, and filters nothing', async () => {
  const { page, breakers, query } = await openTab('?q=svc:checkout%20stat:open');
  const problem = page.getByRole('alert');
  await problem.getByText('Character 14: there is no field `stat`').waitFor();
  await problem.getByText('Everything is shown.').waitFor();
  expect(await problem.locator('mark').textContent()).toBe('stat:open');
  await expect.poll(breakers).toEqual(both);

  const field = page.getByLabel('Filter');
  await field.fill('svc:checkout');
  await field.press('Enter');
  await problem.waitFor({ state: 'detached' });
  await field.fill('p99>fast');
  await field.press('Enter');
  await problem.getByText('Character 5:').waitFor();
  await problem.getByText('What the filter before lets through is still shown.').waitFor();
  expect(await field.evaluate((input: HTMLInputElement) => input.selectionStart)).toBe(4);
  expect(query()).toBe('q=svc%3Acheckout');
  await field.press('Escape');
  expect(await field.inputValue()).toBe('svc:checkout');
  expect(await problem.count()).toBe(0);
});

test.each([
  ['?at=2020-01-01T00:00:00Z', 'must not be before'],
  ['?at=2020-01-01T00:00:00Z&speed=0', 'speed must be between 0.1 and 600, got 0'],
])('%s shows now, and says what is wrong', async (search, words) => {
  const { page, breakers, query } = await openTab(search);
  const problem = page.getByRole('alert');
  await problem.getByText('This is now, as that past cannot be shown').waitFor();
  expect(await problem.textContent()).toContain(words);
  await expect.poll(breakers).toEqual(both);
  await problem.getByRole('button', { name: 'Close' }).click();
  await problem.waitFor({ state: 'detached' });
  expect(query()).toBe('');
});

test('the past stays while the filter changes, and charts name their moment', async () => {
  const { page, breakers, query } = await openTab(`?at=${settledAt}&speed=0.1`);
  const past = page.getByRole('note');
  await past.getByText('THE PAST, not now').waitFor();
  await expect.poll(breakers).toEqual(both);
  await page
    .locator('.charts-at')
    .getByText(/^at \d\d:\d\d:\d\d$/)
    .waitFor();
  await page.getByLabel('Filter').fill('svc:storefront');
  await page.getByLabel('Filter').press('Enter');
  await expect.poll(breakers).toEqual(['storefront/payments']);
  expect(query()).toMatch(/^at=20.*&speed=0\.1&q=svc%3Astorefront$/);
  await page.getByRole('banner').getByText('1 of 2 breakers OPEN').waitFor();
  await past.getByRole('button', { name: 'Back to now' }).click();
  await past.waitFor({ state: 'detached' });
  expect(await breakers()).toEqual(['storefront/payments']);
  await page.locator('.charts-at').getByText('now').waitFor();
  expect(query()).toBe('q=svc%3Astorefront');
});
