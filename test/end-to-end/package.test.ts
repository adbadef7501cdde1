import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ListAnswer, ServiceView } from '@holdfast/shared';
import { beforeAll, describe, expect, test } from 'vitest';
import { getJson } from '../support/http.ts';
import { freePort, isListening } from '../support/ports.ts';
import { type RunningProcess, runToEnd, startProcess } from '../support/process.ts';
import { descendantsOf, isAlive } from '../support/process-table.ts';
import { type Scope, scopeOfFile, scopeOfTest } from '../support/scope.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { addCompiledSqlite, emptyProject, installTarball } from './support/installed-package.ts';

const hasOwnSqlite = ((): boolean => {
  try {
    execFileSync(process.execPath, ['--no-warnings', '-e', 'require("node:sqlite")'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('holdfast from its tarball, in an empty folder', () => {
  const scope = scopeOfFile();
  let folder = '';

  beforeAll(async () => {
    folder = await emptyProject(scope);
    await installTarball(scope, { workspace: 'cli', folder });
  }, 180_000);

  test.skipIf(hasOwnSqlite)('without any SQLite it says the command that mends it', async () => {
    const data = await temporaryFolder(scopeOfTest());
    const command = ['npx', 'holdfast', 'up', '--port', `${await freePort()}`, '--data', data];
    const { code, stderr } = await runToEnd(scopeOfTest(), command, { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/no SQLite.*npm install sqlite3/);
    expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('npm '))).toHaveLength(1);
    expect(await readdir(data)).toEqual([]);
  });

  test('npx holdfast up serves the page and the API', async () => {
    await addCompiledSqlite(folder);
    const { running, url, port } = await startInstalled(scopeOfTest(), folder, ['up']);
    await expectPage(url);
    expect(await getJson(`${url}/api/v1/status`)).toMatchObject({ level: 'empty' });
    expect(await getJson(`${url}/api/v1/openapi.json`)).toMatchObject({ openapi: expect.any(String) });
    await expectCleanEnd(running, port);
  });

  test('npx holdfast demo runs the four services of the shop', async () => {
    await addCompiledSqlite(folder);
    const { running, url, port } = await startInstalled(scopeOfTest(), folder, ['demo', '--no-story']);
    await expectPage(url);
    const names = await waitFor(
      async () => {
        const { items } = await getJson<ListAnswer<ServiceView>>(`${url}/api/v1/services`);
        return items.length >= 4 && items.map((service) => service.service).toSorted();
      },
      { what: 'the four services', withinMs: 30_000 },
    );
    expect(names).toEqual(['checkout', 'inventory', 'payments', 'storefront']);
    await expectCleanEnd(running, port);
  });
});

describe('@holdfast/agent from its tarball, in an empty folder', () => {
  const scope = scopeOfFile();
  let folder = '';

  beforeAll(async () => {
    folder = await emptyProject(scope);
    await installTarball(scope, { workspace: 'agent', folder });
  }, 120_000);

  const use = `
    const agent = createAgent({ service: 'embedder', collector: false });
    const breaker = agent.circuitBreaker('db', {});
    breaker.execute(async () => 'answer ' + new FakeClock(7).now()).then(console.log);`;
  const imported = `import { createAgent } from '@holdfast/agent';
    import { FakeClock } from '@holdfast/agent/testing';`;
  const required = `const { createAgent } = require('@holdfast/agent');
    const { FakeClock } = require('@holdfast/agent/testing');`;

  test.each([
    ['import', ['--input-type=module', '-e', `${imported}${use}`]],
    ['require()', ['--input-type=commonjs', '-e', `${required}${use}`]],
  ])('%s gives a working agent that lets the process end', async (_, args) => {
    const command = [process.execPath, '--no-warnings', ...args];
    const { code, stdout, stderr } = await runToEnd(scopeOfTest(), command, { cwd: folder });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'answer 7\n', stderr: '' });
  });

  test('brings ws and nothing else', async () => {
    const packages = (await readdir(path.join(folder, 'node_modules'))).filter(
      (name) => !name.startsWith('.'),
    );
    expect(packages.toSorted()).toEqual(['@holdfast', 'ws']);
  });
});

interface Installed {
  readonly running: RunningProcess;
  readonly url: string;
  readonly port: number;
}

async function startInstalled(scope: Scope, folder: string, args: readonly string[]): Promise<Installed> {
  const port = await freePort();
  const data = await temporaryFolder(scope);
  const command = ['npx', 'holdfast', ...args, '--port', `${port}`, '--data', data];
  const running = startProcess(scope, command, { cwd: folder, env: { NO_COLOR: '1' } });
  await running.waitForOutput(`127.0.0.1:${port}`);
  const url = `http://127.0.0.1:${port}`;
  const isReady = async (): Promise<boolean> => (await fetch(`${url}/readyz`)).ok;
  await waitFor(isReady, { what: 'the collector to be ready', withinMs: 20_000 });
  return { running, url, port };
}

async function expectPage(url: string): Promise<void> {
  const page = await (await fetch(url)).text();
  expect(page).toContain('<title>');
  const assets = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, file = '']) => file);
  expect(assets.length).toBeGreaterThan(0);
  for (const asset of assets) {
    const answer = await fetch(new URL(asset, `${url}/`));
    expect([answer.status, (await answer.text()).length > 0]).toEqual([200, true]);
  }
}

async function expectCleanEnd(running: RunningProcess, port: number): Promise<void> {
  const children = descendantsOf(running.pid);
  expect(children.length).toBeGreaterThan(0);
  running.interrupt();
  await running.waitForExit(10_000);
  await waitFor(() => !children.some(isAlive), { what: 'every child to end', withinMs: 5_000 });
  expect(await isListening(port)).toBe(false);
}
