import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { dnsCheck, httpCheck, tcpCheck } from '@holdfast/agent/checks';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { ask, listen, serve } from './support/probing.ts';

describe('a TCP check', () => {
  test('is up where somebody listens', async () => {
    const port = await listen(createServer((socket) => socket.resume()));
    expect(await ask(tcpCheck({ host: '127.0.0.1', port }))).toBe('up');
  });

  test('is down where nobody does, and says why', async () => {
    const port = await freePort();
    expect(await ask(tcpCheck({ host: '127.0.0.1', port }))).toEqual({
      status: 'down',
      message: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  test('names the first of several addresses that were tried', async () => {
    const port = await freePort();
    expect(await ask(tcpCheck({ host: 'localhost', port }))).toMatchObject({
      status: 'down',
      message: expect.stringMatching(/^connect E/),
    });
  });

  test('ends when its signal aborts', async () => {
    const port = await listen(createServer());
    expect(await ask(tcpCheck({ host: '127.0.0.1', port }), AbortSignal.abort())).toMatchObject({
      status: 'down',
      message: 'This operation was aborted',
    });
  });
});

describe('an HTTP check', () => {
  test.each([
    [200, 'up'],
    [302, 'up'],
    [404, { status: 'down', message: 'answered 404' }],
    [503, { status: 'down', message: 'answered 503' }],
  ] as const)('that gets %d is %o', async (status, expected) => {
    const url = await serve((_request, response) => response.writeHead(status, { location: '/' }).end('x'));
    expect(await ask(httpCheck(url))).toEqual(expected);
  });

  test('sends its method and headers, and asks what is accepted', async () => {
    let seen: unknown;
    const url = await serve((request, response) => {
      seen = [request.method, request.url, request.headers['authorization']];
      response.writeHead(401).end();
    });
    const probe = httpCheck(new URL('/ping', url), {
      method: 'HEAD',
      headers: { authorization: 'Bearer x' },
      accepts: (status) => status === 401,
    });
    expect(await ask(probe)).toBe('up');
    expect(seen).toEqual(['HEAD', '/ping', 'Bearer x']);
  });

  test('says what lies behind a failed fetch', async () => {
    const port = await freePort();
    expect(await ask(httpCheck(`http://127.0.0.1:${port}`))).toEqual({
      status: 'down',
      message: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  test.each([
    [500, 'up'],
    [501, { status: 'degraded', message: 'answered in 501 ms' }],
    [2_001, { status: 'down', message: 'answered in 2001 ms' }],
  ] as const)('that takes %d ms is %o', async (tookMs, expected) => {
    const clock = new FakeClock();
    const url = await serve((_request, response) => {
      void clock.advance(tookMs).then(() => response.end());
    });
    expect(await ask(httpCheck(url, { clock }))).toEqual(expected);
  });

  test('ends when its signal aborts', async () => {
    const controller = new AbortController();
    const url = await serve(() => controller.abort(new Error('too late')));
    expect(await ask(httpCheck(url), controller.signal)).toEqual({ status: 'down', message: 'too late' });
  });
});

describe('a DNS check', () => {
  /** A name server that knows `known.test` alone, and answers nothing for `slow.test`. */
  async function nameServer(): Promise<string> {
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    socket.on('message', (query, { address, port }) => {
      const name = query.subarray(12).toString('latin1');
      if (name.includes('slow')) return;
      socket.send(name.includes('known') ? answerTo(query) : refusalOf(query), port, address);
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return `127.0.0.1:${socket.address().port}`;
  }

  test('is up where the name has an address', async () => {
    expect(await ask(dnsCheck('known.test', { servers: [await nameServer()] }))).toBe('up');
    expect(await ask(dnsCheck('localhost'))).toBe('up');
  });

  test('is down where it has none', async () => {
    expect(await ask(dnsCheck('other.test', { servers: [await nameServer()] }))).toMatchObject({
      status: 'down',
      message: 'queryA ENOTFOUND other.test',
    });
  });

  test('ends when its signal aborts', async () => {
    const controller = new AbortController();
    const answer = ask(dnsCheck('slow.test', { servers: [await nameServer()] }), controller.signal);
    controller.abort(new Error('too late'));
    expect(await answer).toEqual({ status: 'down', message: 'too late' });
  });
});

test.each<[string, () => unknown, RegExp]>([
  ['no port', () => tcpCheck({ host: 'db' } as never), /^`tcpCheck.port` must be a number/],
  ['a port out of range', () => tcpCheck({ host: 'db', port: 70_000 }), /between 1 and 65535, got 70000/],
  ['no URL', () => httpCheck('db:5432'), /^`httpCheck url` must be an http or https URL, got "db:5432"/],
  ['an unknown option', () => httpCheck('http://a', { header: {} } as never), /did you mean `headers`/],
  ['an unknown method', () => httpCheck('http://a', { method: 'POST' as never }), /one of GET, HEAD/],
  [
    'limits out of order',
    () => dnsCheck('a', { degradedAboveMs: 900, downAboveMs: 100 }),
    /^`downAboveMs` must be beyond `degradedAboveMs` \(900\), got 100/,
  ],
])('%s is refused', (_what, make, message) => {
  expect(make).toThrow(message);
});

/** The question with one A record behind it: 127.0.0.1. */
function answerTo(query: Buffer): Buffer {
  const answer = questionOf(query);
  answer.writeUInt16BE(0x8180, 2);
  answer.writeUInt16BE(1, 6);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
  return Buffer.concat([answer, record]);
}

/** NXDOMAIN. */
function refusalOf(query: Buffer): Buffer {
  const answer = questionOf(query);
  answer.writeUInt16BE(0x8183, 2);
  return answer;
}

/** The header and the question, without what EDNS adds. */
function questionOf(query: Buffer): Buffer {
  const end = query.indexOf(0, 12) + 5;
  const question = Buffer.from(query.subarray(0, end));
  question.writeUInt16BE(0, 10);
  return question;
}
