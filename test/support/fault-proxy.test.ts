import { connect, createServer, type Socket } from 'node:net';
import { SeededRandom } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { playFaults } from './fault-schedule.ts';
import { type Scope, scopeOfTest } from './scope.ts';
import { realTime } from './time.ts';
import { waitFor } from './wait-for.ts';

/** One end of a connection and what it has seen. */
interface End {
  readonly socket: Socket;
  readonly heard: Buffer[];
  text(): string;
  /** How it ended: in order, or by a reset. */
  fate(): 'open' | 'ended' | 'reset';
}

function watch(socket: Socket): End {
  const heard: Buffer[] = [];
  let fate: ReturnType<End['fate']> = 'open';
  socket.on('data', (bytes: Buffer) => heard.push(bytes));
  socket.on('end', () => (fate = 'ended'));
  socket.on('error', () => (fate = 'reset'));
  return { socket, heard, text: () => Buffer.concat(heard).toString(), fate: () => fate };
}

/** A client, the proxy, and the server that it leads to. */
async function linked(scope: Scope, random = new SeededRandom(1).next) {
  const ends: End[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => ends.push(watch(socket)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const proxy = await startFaultProxy(scope, { targetPort: () => address.port, random });
  return { proxy, ...(await pairOf(scope, proxy, ends)) };
}

async function pairOf(scope: Scope, proxy: FaultProxy, ends: readonly End[]) {
  const client = watch(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }));
  scope.onEnd(() => void client.socket.destroy());
  const server = await waitFor(() => ends.at(-1), { what: 'the connection to arrive' });
  return { client, server };
}

function heard(end: End, text: string): Promise<true> {
  return waitFor(() => end.text() === text, { what: `"${text}" to arrive, not "${end.text()}"` });
}

describe('a fault proxy', () => {
  test('passes what it is told nothing about', async () => {
    const { proxy, client, server } = await linked(scopeOfTest());
    client.socket.write('ping');
    await heard(server, 'ping');
    server.socket.end('pong');
    await heard(client, 'pong');
    client.socket.end();
    await waitFor(() => proxy.connectionCount === 0, { what: 'both ends to be closed' });
    expect([client.fate(), server.fate(), proxy.passedBytes]).toEqual(['ended', 'ended', { up: 4, down: 4 }]);
  });

  test('holds latency and jitter for each chunk and keeps the order', async () => {
    const { proxy, client, server } = await linked(scopeOfTest());
    proxy.befall('up', { latencyMs: 60, jitterMs: 60 });
    const startedMs = realTime.monotonic();
    for (const word of ['a', 'b', 'c', 'd']) {
      client.socket.write(word);
      await realTime.turn();
    }
    await heard(server, 'abcd');
    expect(realTime.monotonic() - startedMs).toBeGreaterThanOrEqual(60);
    server.socket.write('back');
    await heard(client, 'back');
  });

  test('lets no more bytes a second through than it is told', async () => {
    const { proxy, client, server } = await linked(scopeOfTest());
    proxy.befall('up', { bytesPerSecond: 10_000 });
    const startedMs = realTime.monotonic();
    client.socket.write('x'.repeat(5_000));
    await heard(server, 'x'.repeat(5_000));
    expect(realTime.monotonic() - startedMs).toBeGreaterThanOrEqual(400);
  });

  test('cuts what passes into slices', async () => {
    const { proxy, client, server } = await linked(scopeOfTest());
    proxy.befall('up', { sliceBytes: 1, bytesPerSecond: 100 });
    client.socket.write('slices');
    await heard(server, 'slices');
    expect(server.heard.length).toBeGreaterThan(2);
  });

  test('resets a connection once its bytes are used up', async () => {
    const { proxy, client, server } = await linked(scopeOfTest());
    proxy.befall('up', { limitBytes: 5 });
    client.socket.write('hello world');
    // The far end may see an end in order: what was written is read first.
    await waitFor(() => client.fate() === 'reset' && server.fate() !== 'open', { what: 'the cut' });
    expect('hello'.startsWith(server.text())).toBe(true); // a reset may overtake what was written
  });

  test('a black hole holds everything, the end too, until it is over', async () => {
    const { proxy, client, server } = await linked(scopeOfTest());
    proxy.befall('up', { isBlackHole: true });
    client.socket.end('lost?');
    server.socket.write('only one direction');
    await heard(client, 'only one direction');
    expect([server.text(), server.fate()]).toEqual(['', 'open']);
    proxy.heal();
    await heard(server, 'lost?');
    await waitFor(() => server.fate() === 'ended', { what: 'the end to arrive' });
  });

  test('holds back a sender whose bytes go nowhere', async () => {
    const { proxy, client, server } = await linked(scopeOfTest());
    proxy.befall('up', { isBlackHole: true });
    const size = 32 * 1_024 * 1_024;
    client.socket.write(Buffer.alloc(size));
    await realTime.sleep(100);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    proxy.heal();
    const arrived = (): number => server.heard.reduce((sum, bytes) => sum + bytes.length, 0);
    await waitFor(() => arrived() === size, { what: 'all of it', withinMs: 30_000 });
  });

  test('resets every connection, and refuses new ones', async () => {
    const scope = scopeOfTest();
    const { proxy, client, server } = await linked(scope);
    proxy.reset();
    await waitFor(() => client.fate() === 'reset' && server.fate() === 'reset', { what: 'the resets' });
    proxy.refuse(true);
    const refused = watch(connect({ port: proxy.port, host: '127.0.0.1' }));
    await waitFor(() => refused.fate() === 'reset', { what: 'the refusal' });
    expect([proxy.connectionCount, proxy.acceptedCount]).toEqual([0, 1]);
  });

  test('passes on that one end was reset', async () => {
    const { client, server } = await linked(scopeOfTest());
    server.socket.resetAndDestroy();
    await waitFor(() => client.fate() === 'reset', { what: 'the reset' });
  });

  test('closes one direction and goes on in the other', async () => {
    const { proxy, client, server } = await linked(scopeOfTest());
    proxy.halfClose('up');
    await waitFor(() => server.fate() === 'ended', { what: 'the end of one direction' });
    server.socket.write('still here');
    await heard(client, 'still here');
    expect(client.fate()).toBe('open');
  });

  test('lets the end of a stream arrive late', async () => {
    const { proxy, client, server } = await linked(scopeOfTest());
    proxy.befall('up', { slowCloseMs: 120 });
    const startedMs = realTime.monotonic();
    client.socket.end('bye');
    await heard(server, 'bye');
    await waitFor(() => server.fate() === 'ended', { what: 'the end', everyMs: 5 });
    expect(realTime.monotonic() - startedMs).toBeGreaterThanOrEqual(110);
  });
});

test('a schedule plays every fault once before it repeats one, then heals', async () => {
  const scope = scopeOfTest();
  const { proxy } = await linked(scope);
  const { next: random } = new SeededRandom(5);
  const played = await playFaults({ proxies: [proxy], random, forMs: 900, longestMs: 60 });
  expect(Object.values(played).every((count) => count > 0)).toBe(true);
  connect({ port: proxy.port, host: '127.0.0.1' })
    .unref()
    .on('error', () => {}); // the proxy ends it
  await waitFor(() => proxy.acceptedCount === 2, { what: 'a connection to be taken again' });
});
