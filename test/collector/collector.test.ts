import { startCollector } from '@holdfast/collector';
import { createServer } from 'node:http';
import { readdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { scopeOfTest } from '../support/scope.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startTestCollector } from './support/start-collector.ts';

test('a port in use is told before any data is touched', async () => {
  const scope = scopeOfTest();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => void other.close());
  const { port } = other.address() as AddressInfo; // listens on TCP
  const dataDir = await temporaryFolder(scope);
  await expect(startCollector({ port, dataDir })).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringMatching(/^127.0.0.1:\d+ is in use by another program; choose a port with --port/),
  });
  expect(await readdir(dataDir)).toEqual([]);
});

describe('a wrong option is told in one line', () => {
  test.each([
    [
      'a port beyond the last',
      { port: 70_000 },
      'bad_option',
      '--port must be a whole number from 0 to 65535, got 70000',
    ],
    ['half a port', { port: 80.5 }, 'bad_option', '--port must be a whole number from 0 to 65535, got 80.5'],
    [
      'a host with a path',
      { host: 'a/b' },
      'bad_option',
      '--host must be an address or a host name, got "a/b"',
    ],
    ['no folder', { dataDir: '' }, 'bad_option', '--data must be a folder, got ""'],
    ['an allowed URL', { allowHosts: ['http://x'] }, 'bad_option', '--allow-host must be NAME or NAME:PORT'],
    ['a short token', { token: 'short' }, 'bad_option', 'the token must be at least 16 printable characters'],
    [
      'a network without a token',
      { host: '0.0.0.0' },
      'token_required',
      '--host 0.0.0.0 opens the collector to the network',
    ],
    [
      'a foreign address',
      { host: '192.0.2.1', token: 'x'.repeat(16) },
      'host_not_found',
      '192.0.2.1 is no address of this machine',
    ],
  ])('%s', async (_name, options, code, message) => {
    const dataDir = await temporaryFolder(scopeOfTest());
    const error: unknown = await startCollector({ port: 0, dataDir, ...options }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(String(error)).not.toContain('\n');
  });
});

test('two collectors do not share a folder', async () => {
  const scope = scopeOfTest();
  const { dataDir } = await startTestCollector(scope);
  await expect(startCollector({ port: 0, dataDir })).rejects.toMatchObject({ code: 'folder_in_use' });
});

test('a collector that may not start leaves its folder to the next', async () => {
  const scope = scopeOfTest();
  const dataDir = await temporaryFolder(scope);
  const forbidden = startCollector({ port: 0, dataDir, host: '0.0.0.0' });
  await expect(forbidden).rejects.toMatchObject({ code: 'token_required' });
  const { url } = await startTestCollector(scope, { dataDir });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('ends twice as well as once, and frees its port', async () => {
  const scope = scopeOfTest();
  const collector = await startTestCollector(scope);
  await Promise.all([collector.close(), collector.close()]);
  await expect(fetch(`${collector.url}/healthz`)).rejects.toThrow('fetch failed');
  const next = await startTestCollector(scope, { port: collector.port, dataDir: collector.dataDir });
  expect((await fetch(`${next.url}/healthz`)).status).toBe(200);
});
