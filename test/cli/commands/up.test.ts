import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../../cli/src/run.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { createFakeHost, type FakeHost, runCommand } from '../support/fake-host.ts';

interface Up {
  readonly host: FakeHost;
  readonly ended: Promise<number>;
  readonly url: string;
  readonly data: string;
}

async function up(scope: Scope, ...options: string[]): Promise<Up> {
  const data = path.join(await temporaryFolder(scope), 'data');
  const host = createFakeHost();
  const ended = run(['up', '--port', '0', '--data', data, ...options], host);
  scope.onEnd(async () => {
    host.interrupt();
    await ended;
  });
  const url = await waitFor(() => /https?:\/\/[\d.:]+/.exec(host.stdout())?.[0], { what: 'the address' });
  return { host, ended, url, data };
}

describe('up', () => {
  test('says where it listens and keeps data, and ends with 0', async () => {
    const { host, ended, url, data } = await up(scopeOfTest());
    expect(host.stdout()).toContain(`agents     ${url.replace('http', 'ws')}`);
    expect(host.stdout()).toContain(`data       ${data}`);
    expect(host.stdout()).toContain(`terminal   holdfast watch --url ${url}\n`);
    expect((await runCommand(['status'], { url })).stdout).toBe('No agent has connected yet\n');
    host.interrupt();
    expect(await ended).toBe(0);
    expect((await runCommand(['status'], { url })).code).toBe(5);
  });

  test('says how others get in, and how a browser does', async () => {
    const scope = scopeOfTest();
    const file = path.join(await temporaryFolder(scope), 'token');
    await writeFile(file, 'a-token-that-is-long-enough');
    const open = ['--host', '0.0.0.0', '--token-file', file];
    const { host, url } = await up(scope, ...open);
    expect(host.stdout()).toContain(`log-in     holdfast login --url ${url} --token-file FILE\n`);
    expect(host.stdout()).toContain('others     are turned away: give --allow-host NAME');
    const named = await up(scope, ...open, '--allow-host', 'ops.example');
    expect(named.host.stdout()).toContain('others     call it ops.example\n');
    const ownAddress = await up(scope, '--host', '127.0.0.1', '--token-file', file);
    expect(ownAddress.host.stdout()).not.toContain('others');
  });

  test('says it in JSON for scripts', async () => {
    const { host, url, data } = await up(scopeOfTest(), '-o', 'json');
    expect(JSON.parse(host.stdout())).toMatchObject({ url, dataFolder: data });
  });

  test('names a port in use, and how to choose another', async () => {
    const scope = scopeOfTest();
    const { url } = await up(scope);
    const { port } = new URL(url);
    const data = await temporaryFolder(scope);
    expect(await runCommand(['up', '--port', port, '--data', data])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`${port} is in use.*--port`)) as string,
    });
  });

  test.each([
    ['--keep', 'long', 'It must be a time of at least a minute, such as 12h, 30d or 1y'],
    ['--keep-hours', '5s', 'It must be a time of at least a minute'],
    ['--max-size', '10', 'It must be a size such as 500m or 10g'],
    ['--max-size', '1m', '--max-size must be at least 64m, got 1048576'],
  ])('%s %s is refused', async (option, value, says) => {
    const data = await temporaryFolder(scopeOfTest());
    const { code, stderr } = await runCommand(['up', '--port', '0', '--data', data, option, value]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(says) as string });
  });

  test('takes how long and how much is kept', async () => {
    const kept = ['--keep', '7d', '--keep-seconds', '6h', '--keep-hours', '1y', '--max-size', '2g'];
    const { host, ended } = await up(scopeOfTest(), ...kept);
    host.interrupt();
    expect(await ended).toBe(0);
  });

  test('refuses the network without a token', async () => {
    const data = await temporaryFolder(scopeOfTest());
    const { code, stderr } = await runCommand(['up', '--host', '0.0.0.0', '--port', '0', '--data', data]);
    expect(code).toBe(8);
    expect(stderr).toContain(`holdfast tokens create --scope admin --name admin --data ${data}`);
  });

  test('takes a certificate and its key from files', async () => {
    const scope = scopeOfTest();
    const folder = await temporaryFolder(scope);
    const file = (name: string): string => path.join(folder, name);
    for (const [name, text] of Object.entries(makeCertificate())) await writeFile(file(name), text);
    const { host } = await up(scope, '--tls-cert', file('cert'), '--tls-key', file('key'));
    const url = /https:\/\/[\d.:]+/.exec(host.stdout())?.[0] ?? '';
    expect(host.stdout()).toContain(`agents     ${url.replace('https', 'wss')}`);
    expect(await runCommand(['status', '--ca', file('ca')], { url })).toMatchObject({ code: 0 });
    const half = await runCommand(['up', '--tls-cert', file('cert')]);
    expect(half).toMatchObject({ code: 2, stderr: expect.stringContaining('belong together') as string });
    const none = await runCommand(['up', '--tls-cert', file('none'), '--tls-key', file('key')]);
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--tls-cert must name') as string,
    });
  });

  test('asks for its token', async () => {
    const scope = scopeOfTest();
    const file = path.join(await temporaryFolder(scope), 'token');
    await writeFile(file, 'a-token-that-is-long-enough');
    const { url } = await up(scope, '--token-file', file);
    const asks = 'this collector asks for a token; give one with --token-file FILE or HOLDFAST_TOKEN';
    expect(await runCommand(['status'], { url })).toMatchObject({ code: 4, stderr: `holdfast: ${asks}\n` });
    const wrong = 'the token is not valid here; give another with --token-file FILE or HOLDFAST_TOKEN';
    const env = { HOLDFAST_TOKEN: 'hf_bad' };
    expect(await runCommand(['status'], { url, env })).toMatchObject({ stderr: `holdfast: ${wrong}\n` });
    expect((await runCommand(['status', '--token-file', file], { url })).code).toBe(0);
    expect(await runCommand(['events', 'tail'], { url })).toMatchObject({ code: 4 });
  });
});

describe('the real collector', () => {
  test('answers every list', async () => {
    const { url } = await up(scopeOfTest());
    for (const noun of ['services', 'breakers', 'flags', 'events', 'errors', 'health', 'audit', 'agents']) {
      const { code, stdout } = await runCommand([noun, 'ls', '-o', 'json'], { url });
      expect({ code, stdout }, noun).toEqual({ code: 0, stdout: expect.stringMatching(/^\[/) as string });
    }
  });

  test('is named where the address has a path too many', async () => {
    const { url } = await up(scopeOfTest());
    for (const line of ['status', 'events tail', 'wait breaker a/b']) {
      const { code, stderr } = await runCommand(line.split(' '), { url: `${url}/foo/` });
      expect(stderr).toBe(
        `holdfast: the collector has nothing at the path of ${url}/foo; give its address alone, ${url}\n`,
      );
      expect(code).toBe(2);
    }
  });

  test('says what is not there, with exit code 3', async () => {
    const { url } = await up(scopeOfTest());
    for (const line of ['breakers get a/b', 'breakers open a/b', 'breakers release a/b', 'flags off x']) {
      expect(await runCommand(line.split(' '), { url })).toMatchObject({ code: 3, stdout: '' });
    }
  });
});

describe('admin rebuild', () => {
  test('folds a log anew', async () => {
    const { host, ended, data } = await up(scopeOfTest());
    host.interrupt();
    await ended;
    expect(await runCommand(['admin', 'rebuild', '--data', data])).toMatchObject({
      code: 0,
      stdout: `${data} is rebuilt from its log\n`,
    });
  });

  test('refuses a folder that is not there, and makes none', async () => {
    const folder = path.join(await temporaryFolder(scopeOfTest()), 'nothing');
    const { code, stderr } = await runCommand(['admin', 'rebuild', '--data', folder]);
    expect(code).toBe(3);
    expect(stderr).toContain(folder);
  });
});
