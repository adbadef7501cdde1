import type { LaneSegment, SeriesAnswer, StateLane } from '@holdfast/shared';
import type { BrowserContext, Locator } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage } from '../../support/browser.ts';
import { buildDashboard } from '../../support/built-dashboard.ts';
import { scopeOfFile, scopeOfTest } from '../../support/scope.ts';
import { startFakeLiveServer } from '../fake-live-server.ts';
import { sampleAt } from '../sample-breakers.ts';
import { failingFleet } from '../sample-fleet.ts';

const file = scopeOfFile();
let dist: string;
let browser: BrowserContext;

beforeAll(async () => {
  dist = await buildDashboard(file);
  browser = await launchBrowser(file);
}, 60_000);

function seriesOf(lanes: readonly StateLane[]): SeriesAnswer {
  const column = [0, 0];
  const outcomes = { success: column, failure: column, timeout: column, rejected: column, ignored: column };
  const rest = { cancelled: column, slow: column, late: column, retries: column, errors: {} };
  const at = [sampleAt - 4_000, sampleAt - 2_000];
  const percentiles = { p50Ms: [null, null], p95Ms: [null, null], p99Ms: [null, null] };
  return { address: '', stepSeconds: 2, at, ...outcomes, ...rest, ...percentiles, lanes };
}

async function canvasOf(lanes: readonly StateLane[]): Promise<Locator> {
  const scope = scopeOfTest();
  const series = (): SeriesAnswer => seriesOf(lanes);
  const server = await startFakeLiveServer({ dist, view: failingFleet, series });
  scope.onEnd(() => server.close());
  const { page } = await openPage(browser, `http://127.0.0.1:${server.port}/`);
  scope.onEnd(() => page.close());
  const canvas = page.getByRole('img', { name: /^States of/ });
  await canvas.waitFor();
  return canvas;
}

/** How many pixels of the canvas have the colour of a style. */
function pixelsOf(canvas: Locator, style: string): Promise<number> {
  return canvas.evaluate((element: HTMLCanvasElement, name) => {
    const { width, height } = element;
    const context = element.getContext('2d');
    const data = context?.getImageData(0, 0, width, height).data ?? [];
    const hex = getComputedStyle(element).getPropertyValue(name).trim();
    const wanted = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
      if (wanted.every((value, channel) => data[at + channel] === value)) count++;
    return count;
  }, style);
}

const since = (from: number): number => sampleAt - from;

test('an outage of a millisecond shows among five minutes', async () => {
  const segments: LaneSegment[] = [
    { state: 'closed', from: since(300_000), until: since(150_000) },
    { state: 'open', from: since(150_000), until: since(149_999) },
    { state: 'half_open', from: since(149_999), until: since(149_999) },
    { state: 'closed', from: since(149_999), until: sampleAt + 60_000 },
  ];
  const canvas = await canvasOf([{ instance: 'checkout-1', segments }]);
  expect(await canvas.getAttribute('aria-label')).toContain(
    'checkout-1: open 1 time, half open 1 time, at last closed',
  );
  await expect.poll(() => pixelsOf(canvas, '--state-open')).toBeGreaterThan(5);
  expect(await pixelsOf(canvas, '--state-half-open')).toBeGreaterThan(5);
});

test('the pointer tells the state, and a sum of changes as such', async () => {
  const segments: LaneSegment[] = [
    { state: 'forced_open', from: since(300_000), until: since(200_000) },
    { state: 'summarised', from: since(200_000), until: since(100_000), changeCount: 38 },
    { state: 'closed', from: since(100_000), until: sampleAt + 60_000 },
  ];
  const canvas = await canvasOf([{ instance: 'checkout-1', segments }]);
  const words = canvas.locator('xpath=preceding-sibling::div').locator('p');
  await words.getByText('closed').waitFor();
  const { width = 0 } = (await canvas.boundingBox()) ?? {};
  await canvas.hover({ position: { x: width / 2 + 29, y: 6 } });
  await words.getByText('38 changes, summed up').waitFor();
  await canvas.hover({ position: { x: 90, y: 6 } });
  await words.getByText('forced open').waitFor();
  expect(await pixelsOf(canvas, '--state-forced-open')).toBeGreaterThan(100);
});
