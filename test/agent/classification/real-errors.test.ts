import { Resolver } from 'node:dns/promises';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import net from 'node:net';
import { createAgent } from '@holdfast/agent';
import axios from 'axios';
import {
  bulkhead as cockatielBulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  TimeoutStrategy,
  timeout as cockatielTimeout,
} from 'cockatiel';
import { got } from 'got';
import { Agent as UndiciAgent, fetch as undiciFetch, request } from 'undici';
import { afterAll, describe, expect, test } from 'vitest';
import { rowOf, rows } from '../support/classification.ts';
import { atEnd, deadPort, rejectionOf, listen, serve } from '../support/servers.ts';
import { realTime } from '../../support/time.ts';

const agent = createAgent({ service: 'shop', collector: false });

const { cancelled, outage, passing, refused, rejected, unsent } = rows;

function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = url.startsWith('https') ? https : http;
    client
      .get(url, { agent: false }, (response) => {
        response.setEncoding('utf8').on('error', reject);
        response.on('data', () => {}).on('end', () => resolve('fine'));
      })
      .on('error', reject);
  });
}

interface Limits {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

const impatient = new UndiciAgent({ headersTimeout: 50, bodyTimeout: 50 });
afterAll(() => impatient.close());

const clients: readonly (readonly [string, (url: string, limits?: Limits) => Promise<unknown>])[] = [
  ['http', get],
  ['fetch', async (url, { signal = null } = {}) => (await fetch(url, { signal })).text()],
  ['undici fetch', async (url, { signal = null } = {}) => (await undiciFetch(url, { signal })).text()],
  [
    'undici',
    async (url, { signal } = {}) => (await request(url, signal === undefined ? {} : { signal })).body.text(),
  ],
  [
    'axios',
    (url, { signal, timeoutMs = 0 } = {}) =>
      axios.get(url, { timeout: timeoutMs, ...(signal && { signal }) }),
  ],
  [
    'got',
    (url, { signal, timeoutMs } = {}) =>
      got(url, {
        retry: { limit: 0 },
        ...(signal && { signal }),
        ...(timeoutMs !== undefined && { timeout: { response: timeoutMs } }),
      }),
  ],
];

describe.each(clients)('%s', (_name, call) => {
  test('a refused connection', async () => {
    const port = await deadPort();
    const error = await rejectionOf(() => call(`http://127.0.0.1:${port}/`));
    expect(rowOf(error)).toBe(refused);
    expect(agent.classify(error).code).toBe('ECONNREFUSED');
  });

  test('all addresses refused', async () => {
    const port = await deadPort();
    expect(rowOf(await rejectionOf(() => call(`http://localhost:${port}/`)))).toBe(refused);
  });

  test('a connection that is lost before the answer', async () => {
    const url = await serve(({ socket }) => socket.resetAndDestroy());
    expect(rowOf(await rejectionOf(() => call(url)))).toBe(passing);
  });

  test('a connection that is lost amid the answer', async () => {
    const url = await serve(({ socket }, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('the beginning', () => void realTime.turn().then(() => socket.resetAndDestroy()));
    });
    expect(rowOf(await rejectionOf(() => call(url)))).toBe(passing);
  });

  test('an answer that is no HTTP', async () => {
    const port = await listen(
      net.createServer((socket) => socket.on('error', () => {}).end('SSH-2.0\r\n\r\n')),
    );
    expect(rowOf(await rejectionOf(() => call(`http://127.0.0.1:${port}/`)))).toBe(outage);
  });

  test('TLS towards who speaks none', async () => {
    const port = await listen(
      net.createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400\r\n\r\n')),
    );
    const error = await rejectionOf(() => call(`https://127.0.0.1:${port}/`));
    expect(rowOf(error)).toBe('critical never counts');
  });
});

describe('a signal', () => {
  const heeding = clients.filter(([name]) => name !== 'http');

  test.each(heeding)('of a caller that gives up: %s', async (_name, call) => {
    const controller = new AbortController();
    const url = await serve(() => controller.abort());
    expect(rowOf(await rejectionOf(() => call(url, { signal: controller.signal })))).toBe(cancelled);
  });

  // axios does not say why a signal was aborted.
  test.each(heeding.filter(([name]) => name !== 'axios'))('that times out: %s', async (_name, call) => {
    const url = await serve(() => {});
    const error = await rejectionOf(() => call(url, { signal: AbortSignal.timeout(20) }));
    expect(rowOf(error)).toBe(outage);
  });
});

describe('time-outs of the clients themselves', () => {
  test.each(clients.filter(([name]) => name === 'axios' || name === 'got'))('%s', async (_name, call) => {
    const url = await serve(() => {});
    expect(rowOf(await rejectionOf(() => call(url, { timeoutMs: 20 })))).toBe(outage);
  });

  test('undici, before the answer and amid it', async () => {
    const silent = await serve(() => {});
    const halting = await serve((_request, response) => void response.writeHead(200).write('the beginning'));
    const early = await rejectionOf(() => request(silent, { dispatcher: impatient }));
    const late = await rejectionOf(async () =>
      (await request(halting, { dispatcher: impatient })).body.text(),
    );
    expect([agent.classify(early).code, rowOf(early)]).toEqual(['UND_ERR_HEADERS_TIMEOUT', outage]);
    expect([agent.classify(late).code, rowOf(late)]).toEqual(['UND_ERR_BODY_TIMEOUT', outage]);
  });
});

describe('an answer that says when to come back', () => {
  const answer: RequestListener = (_request, response) =>
    void response.writeHead(503, { 'Retry-After': '3' }).end('busy');

  test.each<[string, (url: string) => Promise<unknown>]>([
    ['fetch', (url) => fetch(url)],
    ['undici', (url) => request(url)],
    ['axios', (url) => rejectionOf(() => axios.get(url))],
    ['got', (url) => rejectionOf(() => got(url, { retry: { limit: 0 } }))],
  ])('%s', async (_name, call) => {
    const found = agent.classify(await call(await serve(answer)));
    expect(found).toMatchObject({
      class: 'partial_outage',
      retry: 'safe',
      retryAfterMs: 3_000,
      code: 'HTTP_503',
      why: 'HTTP status 503 that says when to retry',
    });
  });
});

describe('Node', () => {
  test('a handshake that breaks off', async () => {
    const port = await listen(net.createServer((socket) => socket.on('error', () => {}).end()));
    expect(rowOf(await rejectionOf(() => get(`https://127.0.0.1:${port}/`)))).toBe(unsent);
  });

  test('a Unix socket that is not there', async () => {
    const socket = net.connect('/tmp/holdfast-nobody-made-this.sock');
    const error = await new Promise((resolve) => socket.on('error', resolve));
    expect(rowOf(error)).toBe(refused);
  });

  test('a name server that is not there', async () => {
    const resolver = new Resolver({ timeout: 100, tries: 1 });
    resolver.setServers([`127.0.0.1:${await deadPort()}`]);
    expect(rowOf(await rejectionOf(() => resolver.resolve4('shop.test')))).toBe(refused);
  });
});

describe('other breakers', () => {
  interface Opossum {
    fire(): Promise<unknown>;
    shutdown(): void;
  }
  // opossum comes without types.
  const CircuitBreaker = createRequire(import.meta.url)('opossum') as new (
    fn: () => unknown,
    o: object,
  ) => Opossum;

  test('opossum: time-out, then open', async () => {
    const breaker = new CircuitBreaker(() => new Promise(() => {}), { timeout: 5, volumeThreshold: 1 });
    atEnd(() => breaker.shutdown());
    const late = await rejectionOf(() => breaker.fire());
    const open = await rejectionOf(() => breaker.fire());
    expect([rowOf(late), rowOf(open)]).toEqual([outage, rejected]);
  });

  test('cockatiel: open, full, time-out', async () => {
    const breaker = circuitBreaker(handleAll, {
      halfOpenAfter: 60_000,
      breaker: new ConsecutiveBreaker(1),
    });
    await rejectionOf(() => breaker.execute(() => Promise.reject(new Error('down'))));
    const open = await rejectionOf(() => breaker.execute(() => 'fine'));
    const bulkhead = cockatielBulkhead(1, 0);
    void bulkhead.execute(() => new Promise(() => {}));
    const full = await rejectionOf(() => bulkhead.execute(() => 'fine'));
    const timeout = cockatielTimeout(5, TimeoutStrategy.Aggressive);
    const late = await rejectionOf(() => timeout.execute(() => new Promise(() => {})));
    expect([open, full, late].map(rowOf)).toEqual([rejected, rejected, outage]);
  });
});
