import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { chromiumPath } from './chromium-path.ts';
import type { Scope } from './scope.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface OpenedPage {
  readonly page: Page;
  /**
   * What went wrong in the page so far: console errors, uncaught errors, requests that left 127.0.0.1 or
   * failed.
   */
  readonly problems: readonly string[];
}

/** Without them Chromium calls its maker's hosts at each start, or asks for a sandbox that root has not. */
const chromiumOptions: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless Chromium with an empty profile, which ends with the scope. */
export async function launchBrowser(
  scope: Scope,
  { width = 1280, height = 800 }: { readonly width?: number; readonly height?: number } = {},
): Promise<BrowserContext> {
  const profile = await temporaryFolder(scope);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: [...chromiumOptions],
    headless: true,
    viewport: { width, height },
  });
  scope.onEnd(() => context.close());
  context.setDefaultTimeout(15_000);
  return context;
}

/** Opens a URL in a new tab and keeps what goes wrong in it. */
export async function openPage(browser: BrowserContext, url: string): Promise<OpenedPage> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) =>
    problems.push(`failed: ${request.url()} ${request.failure()?.errorText ?? ''}`),
  );
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1')
      problems.push(`left the machine: ${request.url()}`);
  });
  await page.goto(url);
  return { page, problems };
}
