// Makes the pictures of the README: the built demo, in the middle of a failure, as a page and as a terminal.
// `node scripts/screenshots.mjs`; needs the build, Chromium and tmux. Writes docs/images.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { root } from './run.mjs';
import { terminalPage } from './terminal-picture.mjs';

const port = 4931;
const url = `http://127.0.0.1:${port}`;
const main = path.join(root, 'cli/dist/main.js');
const images = path.join(root, 'docs/images');
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-pictures-'));
const tmux = (...args) =>
  execFileSync('tmux', ['-S', path.join(folder, 'tmux'), '-f', '/dev/null', ...args], { encoding: 'utf8' });
const holdfast = (...args) =>
  execFileSync(process.execPath, [main, ...args, '--url', url], { encoding: 'utf8' });

const demo = spawn(process.execPath, [main, 'demo', '--port', `${port}`, '--no-story'], { stdio: 'ignore' });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ],
});
try {
  await until('the demo', async () => (await fetch(`${url}/readyz`)).ok);
  await sleep(40_000); // a minute of calm behind the failure tells more than a failure alone
  holdfast('demo', 'fail', 'payments', '--mode', 'hanging', '--for', '60s');
  holdfast('flags', 'off', 'recommendations', '--for', '10m', '--reason', 'page too slow');
  const size = ['-x', '140', '-y', '38'];
  const command = [process.execPath, main, 'watch', '--url', url];
  tmux(
    'new-session',
    '-d',
    '-s',
    'watch',
    '-e',
    'LANG=C.UTF-8',
    '-e',
    'COLORTERM=truecolor',
    ...size,
    ...command,
  );
  await until(
    'an open breaker',
    async () => (await (await fetch(`${url}/api/v1/status`)).json()).openCount > 0,
  );
  await sleep(14_000);
  await picture('dashboard', { width: 1440, height: 1000 }, async (page) => {
    await openDashboard(page);
    return page;
  });
  const screen = tmux('capture-pane', '-p', '-e', '-t', 'watch');
  await picture('terminal', { width: 1240, height: 720 }, async (page) => {
    await page.setContent(terminalPage(screen));
    return page.locator('body');
  });
} finally {
  await browser.close();
  try {
    tmux('kill-server');
  } catch {
    // it ended with its last session
  }
  demo.kill('SIGINT');
  await new Promise((resolve) => demo.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}

async function openDashboard(page) {
  await page.goto(url);
  await page.getByText('checkout/payments').first().click();
  await sleep(3_000);
}

/** `show` brings the page to what is wanted and answers what to take of it. */
async function picture(name, viewport, show) {
  const page = await browser.newPage({ viewport, colorScheme: 'dark', deviceScaleFactor: 1.5 });
  const target = await show(page);
  await target.screenshot({ path: path.join(images, `${name}.png`) });
  console.log(`wrote docs/images/${name}.png`);
}

async function until(what, isTrue) {
  for (let tries = 0; tries < 300; tries++) {
    if (await isTrue().catch(() => false)) return;
    await sleep(200);
  }
  throw new Error(`waited a minute for ${what}`);
}
