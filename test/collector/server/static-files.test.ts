import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { getRequest, rawStatus } from '../support/raw-http.ts';
import { startTestCollector } from '../support/start-collector.ts';

async function withDashboard(): Promise<{ url: string; port: number }> {
  const scope = scopeOfTest();
  const folder = await temporaryFolder(scope);
  const dashboardDir = path.join(folder, 'dashboard');
  await mkdir(path.join(dashboardDir, 'assets'), { recursive: true });
  await writeFile(path.join(folder, 'secret.txt'), 'secret');
  await writeFile(path.join(dashboardDir, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(path.join(dashboardDir, 'assets', 'app-1a2b.js'), 'run();');
  return startTestCollector(scope, { dashboardDir });
}

test('serves the page and its assets with the right types', async () => {
  const { url } = await withDashboard();
  const page = await fetch(`${url}/`);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(await page.text()).toContain('<title>page</title>');
  const script = await fetch(`${url}/assets/app-1a2b.js`);
  expect(script.headers.get('content-type')).toContain('text/javascript');
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect(await script.text()).toBe('run();');
});

test('answers 304 to what the browser has', async () => {
  const { url } = await withDashboard();
  const etag = (await fetch(url)).headers.get('etag') ?? '';
  const again = await fetch(url, { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
});

test('a page of the dashboard own router is the page', async () => {
  const { url } = await withDashboard();
  expect(await (await fetch(`${url}/breakers/checkout/payments`)).text()).toContain('<title>page</title>');
  expect((await fetch(`${url}/nothing/here`)).status).toBe(404);
});

test('without a dashboard the root says so', async () => {
  const { url } = await startTestCollector(scopeOfTest(), { dashboardDir: '/nowhere' });
  const page = await fetch(url);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('the dashboard was not built');
});

test('no path leads out of the folder', async () => {
  const { port } = await withDashboard();
  const ups = ['..', '%2e%2e', '%252e%252e', '..%00', '....', '.%2e', '%c0%ae%c0%ae', '..;'];
  const separators = ['/', '%2f', '%5c', '\\', '//', '%252f', '/./'];
  const targets = ['secret.txt', 'etc/passwd', 'dashboard/index.html', 'index.html%00.js', 'package.json'];
  const roots = ['/', '/assets/', '/breakers/'];
  const tries = roots.flatMap((root) =>
    ups.flatMap((up) =>
      separators.flatMap((separator) =>
        targets.map((target) => `${root}${up}${separator}${up}${separator}${target}`),
      ),
    ),
  );
  const found: string[] = [];
  for (const tried of tries) {
    const status = await rawStatus(port, getRequest(tried, { Host: `127.0.0.1:${port}` }));
    if (![0, 400, 404].includes(status)) found.push(`${status} ${tried}`);
  }
  expect(found).toEqual([]);
});
