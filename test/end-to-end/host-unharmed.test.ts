import path from 'node:path';
import { expect, test } from 'vitest';
import { runToEnd, startProcess } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { startSocketCollector } from '../support/socket-collector.ts';
import { waitFor } from '../support/wait-for.ts';
import { startTestCollector } from '../collector/support/start-collector.ts';
import { getJson } from '../support/http.ts';

const programs = path.join(repository, 'test/end-to-end/programs');
const cwd = path.join(repository, 'test');

test('an agent listens for nothing but the end, and alters nothing global', async () => {
  const scope = scopeOfTest();
  const { url } = await startSocketCollector(scope);
  const run = await runToEnd(scope, [process.execPath, path.join(programs, 'watchful-program.mjs'), url], {
    cwd,
  });
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(run.stdout)).toEqual({ changed: [], listened: ['exit'] });
});

test.each(['connection', 'request'])('a process that was frozen loses no count by %s', async (mode) => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  const command = [process.execPath, path.join(programs, 'frozen-program.mjs'), collector.url, mode];
  const program = startProcess(scope, command, { cwd });
  await program.waitForOutput('working');
  const address = `${collector.url}/api/v1/resources/frozen/circuit_breaker/work`;
  const counted = async (): Promise<number | undefined> =>
    (await getJson<{ totals: { success?: number } }>(address).catch(() => undefined))?.totals.success;
  await waitFor(async () => ((await counted()) ?? 0) > 0, { what: 'the first counts' });
  program.signal('SIGSTOP');
  // Longer than the collector waits for a word: it ends the connection of a process that cannot notice.
  await collector.clock.advance(60_000);
  program.signal('SIGCONT');
  program.signal('SIGTERM');
  expect(await program.waitForExit()).toEqual({ code: 0, signal: undefined });
  expect(program.stderr()).toBe('');
  const calls = Number(/calls (\d+)/.exec(program.stdout())?.[1]);
  await expect.poll(counted, { timeout: 30_000 }).toBe(calls);
});
