import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createApiClient } from '../../../cli/src/client/api-client.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { freePort } from '../../support/ports.ts';
import { startFakeCollector } from '../support/fake-collector.ts';
import { troubledShop } from '../support/fleet.ts';

describe('an answer that is no success', () => {
  test.each([
    [400, 2],
    [401, 4],
    [403, 4],
    [404, 3],
    [409, 7],
    [500, 1],
  ])('of HTTP %d ends with exit code %d', async (status, exitCode) => {
    const collector = await startFakeCollector(scopeOfTest(), { view: troubledShop() });
    collector.refuse({
      type: 'about:blank',
      title: 't',
      status,
      detail: 'the detail',
      nearest: ['payments'],
    });
    const { url } = collector;
    await expect(createApiClient({ url }).status()).rejects.toMatchObject({
      exitCode,
      message: expect.stringContaining('the detail') as string,
    });
  });
});

test('a port without a listener is named, with how to start one', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  await expect(createApiClient({ url }).status()).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(/127\.0\.0\.1:\d+ \(connection refused\); .*holdfast up.*--url/) as string,
  });
});

test('a server that never answers is given up after the timeout', async () => {
  const url = await serve(() => {});
  await expect(createApiClient({ url, timeoutMs: 50 }).status()).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('no answer within 0.05 s') as string,
  });
});

test('something else that listens there is told apart', async () => {
  const url = await serve((respond) => respond('<html>'));
  await expect(createApiClient({ url }).status()).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('something else answers there') as string,
  });
});

test('lists are read page by page until their end', async () => {
  const pages = [{ items: [1, 2], nextCursor: 'next' }, { items: [3] }];
  const asked: string[] = [];
  const url = await serve((respond, path) => {
    asked.push(path);
    respond(JSON.stringify(pages[asked.length - 1]));
  });
  expect(await createApiClient({ url }).flags()).toEqual([1, 2, 3]);
  expect(asked).toEqual(['/api/v1/flags?limit=500', '/api/v1/flags?limit=500&cursor=next']);
});

async function serve(answer: (respond: (body: string) => void, path: string) => void): Promise<string> {
  const server = createServer((request, response) => answer((body) => response.end(body), request.url ?? ''));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scopeOfTest().onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
}
