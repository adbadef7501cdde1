import { agentSubprotocol, liveSubprotocol } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { scopeOfFile, scopeOfTest } from '../../support/scope.ts';
import { getRequest, rawStatus, upgradeHeaders } from '../support/raw-http.ts';
import { startTestCollector } from '../support/start-collector.ts';

describe('Host and Origin', () => {
  const scope = scopeOfFile();
  const started = startTestCollector(scope, { allowHosts: ['resilience.example', 'proxy.example:8443'] });

  const hosts: [string | undefined, boolean][] = [
    ['127.0.0.1:PORT', true],
    ['localhost:PORT', true],
    ['LOCALHOST:PORT', true],
    ['[::1]:PORT', true],
    ['resilience.example:PORT', true],
    ['proxy.example:8443', true],
    ['proxy.example:PORT', false],
    ['127.0.0.1:1', false],
    ['localhost', false],
    ['evil.example', false],
    ['evil.example:PORT', false],
    ['127.0.0.1.evil.example:PORT', false],
    ['0.0.0.0:PORT', false],
    ['', false],
    [undefined, false],
  ];
  const origins: [string | undefined, boolean][] = [
    [undefined, true],
    ['http://127.0.0.1:PORT', true],
    ['http://localhost:PORT', true],
    ['https://proxy.example:8443', true],
    ['http://evil.example', false],
    ['http://localhost', false],
    ['http://127.0.0.1:PORT.evil.example', false],
    ['null', false],
    ['file://', false],
  ];
  const paths: [string, string | undefined, number][] = [
    ['/api/v1/status', undefined, 200],
    ['/healthz', undefined, 200],
    ['/', undefined, 200],
    ['/api/v1/agent', agentSubprotocol, 101],
    ['/api/v1/live', liveSubprotocol, 101],
  ];

  test.each(paths)('%s answers only where both are ours', async (path, subprotocol, good) => {
    const { port } = await started;
    const upgrade = subprotocol === undefined ? {} : upgradeHeaders(subprotocol);
    const wrong: unknown[] = [];
    for (const [host, isHost] of hosts) {
      for (const [origin, isOrigin] of origins) {
        const headers = {
          ...(host === undefined ? {} : { Host: host.replace('PORT', `${port}`) }),
          ...(origin === undefined ? {} : { Origin: origin.replace('PORT', `${port}`) }),
          ...upgrade,
        };
        const status = await rawStatus(port, getRequest(path, headers));
        const isRight = isHost && isOrigin ? status === good : status === 403 || status === 400;
        if (!isRight) wrong.push({ host, origin, status });
      }
    }
    expect(wrong).toEqual([]);
  });

  test('an upgrade without our subprotocol is refused', async () => {
    const { port } = await started;
    const headers = { Host: `127.0.0.1:${port}`, ...upgradeHeaders('chat') };
    expect(await rawStatus(port, getRequest('/api/v1/live', headers))).toBe(400);
    expect(await rawStatus(port, getRequest('/api/v1/nothing', headers))).toBe(404);
  });
});

describe('a token', () => {
  const token = 'a-token-that-is-long-enough';
  const paths = [
    '/api/v1/status',
    '/api/v1/openapi.json',
    '/%61pi/v1/status',
    '/./api/v1/status',
    '/x/../api/v1/status',
    '/api/v1/nothing',
  ];

  test('opens the API and the sockets, and nothing else does', async () => {
    const { port } = await startTestCollector(scopeOfTest(), { token });
    const Host = `127.0.0.1:${port}`;
    for (const path of paths) {
      expect.soft(await rawStatus(port, getRequest(path, { Host })), path).toBe(401);
      const wrong = { Host, Authorization: 'Bearer wrong-wrong-wrong-wrong' };
      expect.soft(await rawStatus(port, getRequest(path, wrong)), path).toBe(401);
    }
    const Authorization = `Bearer ${token}`;
    expect(await rawStatus(port, getRequest('/api/v1/status', { Host, Authorization }))).toBe(200);
    const live = { Host, ...upgradeHeaders(liveSubprotocol) };
    expect(await rawStatus(port, getRequest('/api/v1/live', live))).toBe(401);
    expect(await rawStatus(port, getRequest('/api/v1/live', { ...live, Authorization }))).toBe(101);
  });

  test('the page and the health of the process ask for none', async () => {
    const { port } = await startTestCollector(scopeOfTest(), { token });
    const Host = `127.0.0.1:${port}`;
    for (const path of ['/', '/healthz', '/readyz']) {
      expect.soft(await rawStatus(port, getRequest(path, { Host })), path).toBe(200);
    }
  });
});
