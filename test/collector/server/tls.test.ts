import { liveSubprotocol } from '@holdfast/shared';
import { type CollectorOptions, type Log, startCollector } from '@holdfast/collector';
import { get, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { makeCertificate } from '../../support/certificate.ts';
import { scopeOfFile, scopeOfTest } from '../../support/scope.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { getRequest, rawStatus, upgradeHeaders } from '../support/raw-http.ts';
import { startTestCollector } from '../support/start-collector.ts';
import { bearer, masterToken } from '../support/tokens.ts';

const tls = makeCertificate();

describe('with a certificate', () => {
  const scope = scopeOfFile();
  const started = startTestCollector(scope, { tls, allowHosts: ['resilience.example'] });

  function statusOf(path: string, headers: Record<string, string> = {}): Promise<number> {
    return started.then(
      ({ url }) =>
        new Promise((resolve, reject) => {
          get(`${url}${path}`, { ca: tls.ca, agent: false, headers }, (answer) => {
            answer.resume();
            answer.socket.destroy();
            resolve(answer.statusCode ?? 0);
          }).on('error', reject);
        }),
    );
  }

  test('everything is encrypted, on the one port', async () => {
    const { url, port } = await started;
    expect(url).toBe(`https://127.0.0.1:${port}`);
    expect(await statusOf('/')).toBe(200);
    expect(await statusOf('/api/v1/status')).toBe(200);
    expect(await rawStatus(port, getRequest('/', { Host: `127.0.0.1:${port}` }))).toBe(0);
  });

  test('a page that came unencrypted is a foreign one', async () => {
    const { port } = await started;
    const path = '/api/v1/status';
    expect(await statusOf(path, { Origin: `https://127.0.0.1:${port}` })).toBe(200);
    expect(await statusOf(path, { Origin: `http://127.0.0.1:${port}` })).toBe(403);
    expect(await statusOf(path, { Origin: `https://resilience.example:${port}` })).toBe(200);
  });
});

test('a cookie that came encrypted goes back encrypted only', async () => {
  const { url, port } = await startTestCollector(scopeOfTest(), { tls, token: masterToken });
  const post = (path: string, headers: Record<string, string>, body = ''): Promise<[string, string]> =>
    new Promise((resolve, reject) => {
      const options = { method: 'POST', ca: tls.ca, agent: false, headers };
      const sent = request(`${url}${path}`, options, (answer) => {
        const [cookie = ''] = answer.headers['set-cookie'] ?? [];
        text(answer).then((all) => resolve([all, cookie]), reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const [answer] = await post('/api/v1/login-codes', bearer(masterToken));
  const { code } = JSON.parse(answer) as { code: string };
  const type = { 'content-type': 'application/json' };
  const [, cookie] = await post('/api/v1/session', type, JSON.stringify({ code }));
  expect(cookie).toMatch(new RegExp(`^__Host-holdfast-${port}=.*; HttpOnly; SameSite=Strict; Secure$`));
});

describe('behind a proxy', () => {
  const allowHosts = ['resilience.example', 'other.example:443'];
  const headers = bearer(masterToken);

  test('the names that it is called by there are checked too', async () => {
    const options = { isBehindProxy: true, token: masterToken, allowHosts };
    const { port } = await startTestCollector(scopeOfTest(), options);
    const Host = `127.0.0.1:${port}`;
    const asked: readonly (readonly [Record<string, string>, number])[] = [
      [{ Host: 'resilience.example' }, 200],
      [{ Host: 'other.example' }, 200],
      [{ Host, 'X-Forwarded-Host': 'resilience.example' }, 200],
      [{ Host, Origin: 'https://resilience.example', 'X-Forwarded-Host': 'resilience.example' }, 200],
      [{ Host, 'X-Forwarded-Host': 'evil.example, resilience.example' }, 200],
      [{ Host, 'X-Forwarded-Host': 'resilience.example, evil.example' }, 403],
      [{ Host: 'evil.example', 'X-Forwarded-Host': 'resilience.example' }, 403],
      [{ Host, Origin: 'https://evil.example', 'X-Forwarded-Host': 'resilience.example' }, 403],
    ];
    for (const [given, status] of asked) {
      const answered = await rawStatus(port, getRequest('/api/v1/status', { ...given, ...headers }));
      expect.soft(answered, JSON.stringify(given)).toBe(status);
    }
    const live = { Host, 'X-Forwarded-Host': 'evil.example', ...headers, ...upgradeHeaders(liveSubprotocol) };
    expect(await rawStatus(port, getRequest('/api/v1/live', live))).toBe(403);
  });

  test('that nobody spoke of, its headers count for nothing', async () => {
    const { port } = await startTestCollector(scopeOfTest(), { allowHosts });
    const Host = `127.0.0.1:${port}`;
    const forwarded = { Host, 'X-Forwarded-Host': 'evil.example' };
    expect(await rawStatus(port, getRequest('/api/v1/status', forwarded))).toBe(200);
    const plain = { Host: 'resilience.example', 'X-Forwarded-Host': Host };
    expect(await rawStatus(port, getRequest('/api/v1/status', plain))).toBe(403);
  });
});

describe('the start', () => {
  const token = masterToken;
  const network = '0.0.0.0';
  const cases: readonly (readonly [string, Partial<CollectorOptions>, string])[] = [
    ['on loopback', {}, 'up'],
    ['on loopback with TLS', { tls }, 'up'],
    ['on loopback behind a proxy', { isBehindProxy: true }, 'token_required'],
    ['on loopback behind a proxy with a token', { isBehindProxy: true, token }, 'up'],
    ['on the network', { host: network }, 'token_required'],
    ['on the network with TLS', { host: network, tls }, 'token_required'],
    ['on the network with a token', { host: network, token }, 'up'],
    ['on the network with a token and TLS', { host: network, token, tls }, 'up'],
    ['on the network with a token behind a proxy', { host: network, token, isBehindProxy: true }, 'up'],
    ['with a key of another certificate', { tls: { ...tls, key: makeCertificate().key } }, 'bad_option'],
    ['with what is no certificate', { tls: { cert: 'none', key: 'none' } }, 'bad_option'],
  ];

  test.each(cases)('%s', async (_name, options, expected) => {
    const scope = scopeOfTest();
    const dataDir = await temporaryFolder(scope);
    const outcome = await startCollector({ port: 0, dataDir, ...options }).then(
      (collector) => {
        scope.onEnd(() => collector.close());
        return 'up';
      },
      (error: { code: string; message: string }) => {
        expect(error.message).not.toContain(tls.key.split('\n')[1]);
        return error.code;
      },
    );
    expect(outcome).toBe(expected);
  });

  test.each([
    ['nothing', {}, 1],
    ['a certificate', { tls }, 0],
    ['a proxy', { isBehindProxy: true }, 0],
  ])('on the network with %s warns where all can read', async (_name, options, warnings) => {
    const said: string[] = [];
    const log: Log = (level, message) => void said.push(`${level}: ${message}`);
    await startTestCollector(scopeOfTest(), { host: network, token, log, ...options });
    const warned = /^warning: .*tokens included: give --tls-cert FILE and --tls-key FILE, or --behind-proxy$/;
    expect(said.filter((line) => warned.test(line))).toHaveLength(warnings);
  });
});
