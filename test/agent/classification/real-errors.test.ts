import { Resolver } from 'node:dns/promises';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import net, { type AddressInfo } from 'node:net';
import * as grpc from '@grpc/grpc-js';
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
import { afterAll, afterEach, describe, expect, test } from 'vitest';

const agent = createAgent({ service: 'shop', collector: false });

/** Class, retry, and whether the breaker counts it. */
function rowOf(error: unknown): string {
  const { class: errorClass, retry, countsForBreaker } = agent.classify(error);
  return `${errorClass} ${retry} ${countsForBreaker ? 'counts' : 'does not count'}`;
}

const refused = 'partial_outage safe counts';
const outage = 'partial_outage if_idempotent counts';
const passing = 'transient if_idempotent counts';
const unsent = 'transient safe counts';
const cancelled = 'cancelled never does not count';
const rejected = 'rejected never does not count';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function listen(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return (server.address() as AddressInfo).port; // it listens on TCP
}

async function serve(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(http.createServer(answer))}/`;
}

/** A port where nobody listens any more. */
async function deadPort(): Promise<number> {
  const port = await listen(net.createServer());
  await ends.pop()?.();
  return port;
}

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

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
    const error = await errorOf(() => call(`http://127.0.0.1:${port}/`));
    expect(rowOf(error)).toBe(refused);
    expect(agent.classify(error).code).toBe('ECONNREFUSED');
  });

  test('all addresses refused', async () => {
    const port = await deadPort();
    expect(rowOf(await errorOf(() => call(`http://localhost:${port}/`)))).toBe(refused);
  });

  test('a connection that is lost before the answer', async () => {
    const url = await serve(({ socket }) => socket.resetAndDestroy());
    expect(rowOf(await errorOf(() => call(url)))).toBe(passing);
  });

  test('a connection that is lost amid the answer', async () => {
    const url = await serve(({ socket }, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('the beginning', () => setImmediate(() => socket.resetAndDestroy()));
    });
    expect(rowOf(await errorOf(() => call(url)))).toBe(passing);
  });

  test('an answer that is no HTTP', async () => {
    const port = await listen(
      net.createServer((socket) => socket.on('error', () => {}).end('SSH-2.0\r\n\r\n')),
    );
    expect(rowOf(await errorOf(() => call(`http://127.0.0.1:${port}/`)))).toBe(outage);
  });

  test('TLS towards who speaks none', async () => {
    const port = await listen(
      net.createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400\r\n\r\n')),
    );
    const error = await errorOf(() => call(`https://127.0.0.1:${port}/`));
    expect(rowOf(error)).toBe('critical never counts');
  });
});

describe('a signal', () => {
  const heeding = clients.filter(([name]) => name !== 'http');

  test.each(heeding)('of a caller that gives up: %s', async (_name, call) => {
    const controller = new AbortController();
    const url = await serve(() => controller.abort());
    expect(rowOf(await errorOf(() => call(url, { signal: controller.signal })))).toBe(cancelled);
  });

  // axios does not say why a signal was aborted.
  test.each(heeding.filter(([name]) => name !== 'axios'))('that times out: %s', async (_name, call) => {
    const url = await serve(() => {});
    const error = await errorOf(() => call(url, { signal: AbortSignal.timeout(20) }));
    expect(rowOf(error)).toBe(outage);
  });
});

describe('time-outs of the clients themselves', () => {
  test.each(clients.filter(([name]) => name === 'axios' || name === 'got'))('%s', async (_name, call) => {
    const url = await serve(() => {});
    expect(rowOf(await errorOf(() => call(url, { timeoutMs: 20 })))).toBe(outage);
  });

  test('undici, before the answer and amid it', async () => {
    const silent = await serve(() => {});
    const halting = await serve((_request, response) => void response.writeHead(200).write('the beginning'));
    const early = await errorOf(() => request(silent, { dispatcher: impatient }));
    const late = await errorOf(async () => (await request(halting, { dispatcher: impatient })).body.text());
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
    ['axios', (url) => errorOf(() => axios.get(url))],
    ['got', (url) => errorOf(() => got(url, { retry: { limit: 0 } }))],
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
    expect(rowOf(await errorOf(() => get(`https://127.0.0.1:${port}/`)))).toBe(unsent);
  });

  test('a Unix socket that is not there', async () => {
    const socket = net.connect('/tmp/holdfast-nobody-made-this.sock');
    const error = await new Promise((resolve) => socket.on('error', resolve));
    expect(rowOf(error)).toBe(refused);
  });

  test('a name server that is not there', async () => {
    const resolver = new Resolver({ timeout: 100, tries: 1 });
    resolver.setServers([`127.0.0.1:${await deadPort()}`]);
    expect(rowOf(await errorOf(() => resolver.resolve4('shop.test')))).toBe(refused);
  });
});

describe('gRPC', () => {
  const service: grpc.ServiceDefinition = {
    ask: {
      path: '/shop.Stock/Ask',
      requestStream: false,
      responseStream: false,
      requestSerialize: (value: unknown) => Buffer.from(JSON.stringify(value)),
      requestDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString()) as unknown,
      responseSerialize: (value: unknown) => Buffer.from(JSON.stringify(value)),
      responseDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString()) as unknown,
    },
  };
  const Client = grpc.makeGenericClientConstructor(service, 'Stock');

  function ask(
    port: number,
    options: grpc.CallOptions = {},
    amid?: (call: grpc.ClientUnaryCall) => void,
  ): Promise<unknown> {
    const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    ends.push(() => client.close());
    return new Promise((resolve, reject) => {
      const method = client['ask']?.bind(client) as unknown as (...args: unknown[]) => grpc.ClientUnaryCall; // made from the definition above
      const call = method({}, new grpc.Metadata(), options, (error: unknown, answer: unknown) =>
        error === null ? resolve(answer) : reject(error),
      );
      amid?.(call);
    });
  }

  async function server(handle: grpc.handleUnaryCall<unknown, unknown>): Promise<number> {
    const made = new grpc.Server();
    made.addService(service, { ask: handle });
    ends.push(() => made.forceShutdown());
    return new Promise((resolve, reject) => {
      made.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  }

  test('nobody listens', async () => {
    const port = await deadPort();
    const error = await errorOf(() => ask(port));
    expect([rowOf(error), agent.classify(error).code]).toEqual([refused, 'GRPC_UNAVAILABLE']);
  });

  test.each([
    ['NOT_FOUND', grpc.status.NOT_FOUND, 'caller never does not count'],
    ['ABORTED', grpc.status.ABORTED, 'transient safe does not count'],
    ['DATA_LOSS', grpc.status.DATA_LOSS, 'critical never counts'],
    ['RESOURCE_EXHAUSTED', grpc.status.RESOURCE_EXHAUSTED, 'throttled never does not count'],
  ])('%s', async (name, code, row) => {
    const port = await server((_call, done) => done({ code, details: 'no' }));
    const error = await errorOf(() => ask(port));
    expect([rowOf(error), agent.classify(error).code]).toEqual([row, `GRPC_${name}`]);
  });

  test('a pushback', async () => {
    const metadata = new grpc.Metadata();
    metadata.set('grpc-retry-pushback-ms', '700');
    const port = await server((_call, done) =>
      done({ code: grpc.status.RESOURCE_EXHAUSTED, details: 'busy', metadata }),
    );
    const error = await errorOf(() => ask(port));
    expect(agent.classify(error)).toMatchObject({ class: 'throttled', retry: 'safe', retryAfterMs: 700 });
  });

  test('a deadline, and a caller that gives up', async () => {
    const port = await server(() => {});
    const late = await errorOf(() => ask(port, { deadline: new Date() }));
    const given = await errorOf(() => ask(port, {}, (call) => call.cancel()));
    expect([rowOf(late), rowOf(given)]).toEqual([outage, cancelled]);
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
    ends.push(() => breaker.shutdown());
    const late = await errorOf(() => breaker.fire());
    const open = await errorOf(() => breaker.fire());
    expect([rowOf(late), rowOf(open)]).toEqual([outage, rejected]);
  });

  test('cockatiel: open, full, time-out', async () => {
    const breaker = circuitBreaker(handleAll, {
      halfOpenAfter: 60_000,
      breaker: new ConsecutiveBreaker(1),
    });
    await errorOf(() => breaker.execute(() => Promise.reject(new Error('down'))));
    const open = await errorOf(() => breaker.execute(() => 'fine'));
    const bulkhead = cockatielBulkhead(1, 0);
    void bulkhead.execute(() => new Promise(() => {}));
    const full = await errorOf(() => bulkhead.execute(() => 'fine'));
    const timeout = cockatielTimeout(5, TimeoutStrategy.Aggressive);
    const late = await errorOf(() => timeout.execute(() => new Promise(() => {})));
    expect([open, full, late].map(rowOf)).toEqual([rejected, rejected, outage]);
  });
});
