import type { FleetView } from '@holdfast/shared';
import type { BrowserContext, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { buildDashboard } from '../support/built-dashboard.ts';
import { markupTexts } from '../support/hostile-texts.ts';
import { scopeOfFile, scopeOfTest } from '../support/scope.ts';
import { startFakeLiveServer } from './fake-live-server.ts';
import { failingFleet } from './sample-fleet.ts';

const file = scopeOfFile();
let dist: string;
let browser: BrowserContext;

beforeAll(async () => {
  dist = await buildDashboard(file);
  browser = await launchBrowser(file);
  browser.setDefaultTimeout(30_000);
}, 120_000);

/** What services, upstreams and people choose the words of. */
const foreign: readonly string[] = [
  'service',
  'name',
  'dependency',
  'pipeline',
  'cause',
  'message',
  'code',
  'why',
  'by',
  'reason',
  'target',
  'instance',
  'version',
  'environment',
  'key',
];

/** The fleet with the next of these texts in the place of each such word, as far as they go. */
function fleetOf(texts: string[]): FleetView {
  const next = (): string => texts.shift() ?? 'none are left';
  const view: unknown = JSON.parse(JSON.stringify(failingFleet()), (name, value: unknown) => {
    if (typeof value !== 'string') return value;
    if (name === 'address') return `${next()}/circuit_breaker/${next()}`;
    return foreign.includes(name) ? next() : value;
  });
  return view as FleetView; // as it was, but for its words
}

/** A tab, and whatever it did that no text may make it do. */
async function watchedPage(): Promise<{ readonly page: Page; readonly wrong: readonly string[] }> {
  const page = await browser.newPage();
  scopeOfTest().onEnd(() => page.close());
  const wrong: string[] = [];
  page.on('dialog', (dialog) => {
    wrong.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => wrong.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (/Content.Security.Policy|Trusted/i.test(message.text())) wrong.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== '127.0.0.1') wrong.push(`asked ${request.url()}`);
  });
  return { page, wrong };
}

test('300 texts that are markup elsewhere are shown as they stand', async () => {
  const texts = markupTexts();
  expect(new Set(texts).size).toBe(300);
  const left = [...texts];
  const shown = new Set<string>();
  const { page, wrong } = await watchedPage();
  while (left.length > 0) {
    const view = fleetOf(left);
    const server = await startFakeLiveServer({ dist, view: () => view });
    scopeOfTest().onEnd(() => server.close());
    await page.goto(`http://127.0.0.1:${server.port}/`);
    await page.locator('.breaker-row').first().waitFor();
    await page.keyboard.press('j');
    await page.getByRole('switch').first().click();
    await page.getByRole('dialog').waitFor();
    const text = (await page.locator('body').textContent()) ?? '';
    for (const one of texts) if (text.includes(one)) shown.add(one);
    expect(await page.locator('img, iframe, object, embed, video, script:not([src])').count()).toBe(0);
  }
  expect(wrong).toEqual([]);
  expect(shown.size).toBeGreaterThan(100); // the rest stands where it opens on demand, or in attributes
}, 60_000);
