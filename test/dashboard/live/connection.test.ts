import { FakeClock } from '@holdfast/agent/testing';
import {
  emptyView,
  type LiveMessage,
  type LiveQuestion,
  type LiveConnection as Connection,
} from '@holdfast/shared';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  LiveConnection,
  type OpenSocket,
  type SocketListener,
  silenceMs,
} from '../../../dashboard/src/live/connection.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startFakeLiveServer } from '../fake-live-server.ts';

const openSocket: OpenSocket = (url, subprotocol, hears) => {
  const socket = new WebSocket(url, subprotocol);
  socket.addEventListener('message', (event) => hears.message(event.data));
  socket.on('close', () => hears.end());
  socket.on('error', () => hears.end());
  return socket;
};

interface Asking {
  readonly open?: OpenSocket;
  readonly question?: LiveQuestion;
}

function connected(scope: Scope, url: string, { open = openSocket, question = {} }: Asking = {}) {
  const clock = new FakeClock();
  const messages: LiveMessage[] = [];
  const states: Connection[] = [];
  const refusals: string[] = [];
  const connection = new LiveConnection({
    url,
    clock,
    random: () => 0,
    open,
    question,
    onRefusal: ({ detail }) => refusals.push(detail),
    onMessage: (message) => messages.push(message),
    onConnection: (state) => states.push(state),
  });
  scope.onEnd(() => connection.close());
  return { clock, messages, states, refusals, connection };
}

test('reads the snapshot and what follows, and comes back after a cut', async () => {
  const scope = scopeOfTest();
  const server = await startFakeLiveServer({ view: () => emptyView });
  scope.onEnd(() => server.close());
  const { clock, messages, states } = connected(scope, `ws://127.0.0.1:${server.port}/api/v1/live`);
  await waitFor(() => messages.length === 1, { what: 'the snapshot' });

  server.send({ type: 'delta', at: 5 });
  await waitFor(() => messages.length === 2, { what: 'the delta' });
  expect(messages[1]).toEqual({ type: 'delta', at: 5 });

  server.cut();
  await waitFor(() => states.at(-1)?.state === 'waiting', { what: 'the loss to be seen' });
  await clock.advance(400);
  await waitFor(() => messages.length === 3, { what: 'the snapshot of the new connection' });
  expect(states.map(({ state }) => state)).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
});

/** A socket that does only what the test says. */
function silentSockets(): {
  open: OpenSocket;
  listeners: SocketListener[];
  sent: unknown[];
  closedCount: () => number;
} {
  const listeners: SocketListener[] = [];
  const sent: unknown[] = [];
  let closed = 0;
  const open: OpenSocket = (_url, _subprotocol, hears) => {
    listeners.push(hears);
    return { close: () => closed++, send: (text) => sent.push(JSON.parse(text)) };
  };
  return { open, listeners, sent, closedCount: () => closed };
}

test('waits longer after each failed try, up to five seconds', async () => {
  const { open, listeners } = silentSockets();
  const { clock, states } = connected(scopeOfTest(), 'ws://x', { open });
  const pauses: number[] = [];
  for (let attempt = 1; attempt <= 6; attempt++) {
    listeners.at(-1)?.end();
    const last = states.at(-1);
    const pauseMs = last?.state === 'waiting' ? last.retryAt - clock.monotonic() : Number.NaN;
    pauses.push(pauseMs);
    await clock.advance(pauseMs);
  }
  expect(pauses).toEqual([400, 800, 1_600, 2_500, 2_500, 2_500]);
});

test('a connection without a word is closed and tried again', async () => {
  const { open, listeners, closedCount } = silentSockets();
  const { clock, states } = connected(scopeOfTest(), 'ws://x', { open });
  listeners[0]?.message(JSON.stringify({ type: 'delta', at: 1 }));
  await clock.advance(silenceMs);
  expect(closedCount()).toBe(1);
  expect(states.at(-1)?.state).toBe('waiting');
});

test('what does not parse is no sign of life and changes nothing', async () => {
  const { open, listeners } = silentSockets();
  const { clock, messages, states } = connected(scopeOfTest(), 'ws://x', { open });
  await clock.advance(silenceMs - 1);
  listeners[0]?.message('{"type":"snapshot"}');
  listeners[0]?.message('not JSON');
  await clock.advance(1);
  expect(messages).toEqual([]);
  expect(states.at(-1)?.state).toBe('waiting');
});

test('an old socket that still speaks is not listened to', async () => {
  const { open, listeners } = silentSockets();
  const { clock, messages } = connected(scopeOfTest(), 'ws://x', { open });
  listeners[0]?.end();
  await clock.advance(400);
  listeners[0]?.message(JSON.stringify({ type: 'delta', at: 1 }));
  expect(messages).toEqual([]);
});

test('trying again at once skips the pause', () => {
  const { open, listeners } = silentSockets();
  const { connection } = connected(scopeOfTest(), 'ws://x', { open });
  connection.retryNow();
  expect(listeners).toHaveLength(1);
  listeners[0]?.end();
  connection.retryNow();
  expect(listeners).toHaveLength(2);
});

test('asks what it is told, then goes on from the cursor', async () => {
  const { listeners, open, urls } = listeningSockets();
  const { clock } = connected(scopeOfTest(), 'ws://x', { open, question: { at: '5', speed: 2 } });
  listeners.at(-1)?.message(JSON.stringify({ type: 'snapshot', view: emptyView, cursor: 'a.7' }));
  listeners.at(-1)?.end();
  await clock.advance(5_000);
  expect(urls).toEqual(['ws://x?at=5&speed=2', 'ws://x?cursor=a.7']);
});

test('goes to the present where the past is refused', async () => {
  const { listeners, open, urls } = listeningSockets();
  const { clock, refusals } = connected(scopeOfTest(), 'ws://x', { open, question: { at: 'x' } });
  listeners.at(-1)?.message(JSON.stringify({ type: 'refused', detail: 'no such time' }));
  listeners.at(-1)?.end();
  await clock.advance(5_000);
  expect(refusals).toEqual(['no such time']);
  expect(urls).toEqual(['ws://x?at=x', 'ws://x']);
});

const snapshotOf = (cursor: string): string => JSON.stringify({ type: 'snapshot', view: emptyView, cursor });

test('another question goes over the connection that stands', async () => {
  const { listeners, open, urls, sent } = listeningSockets();
  const { clock, connection, states } = connected(scopeOfTest(), 'ws://x', { open });
  listeners.at(-1)?.message(snapshotOf('a.1'));
  connection.ask({ q: 'state:open' });
  expect(sent).toEqual([{ type: 'subscribe', q: 'state:open' }]);
  expect(states.at(-1)).toEqual({ state: 'open' });
  listeners.at(-1)?.message(JSON.stringify({ type: 'delta', at: 1, cursor: 'a.2' })); // of the one before
  listeners.at(-1)?.end();
  await clock.advance(5_000);
  expect(urls.at(-1)).toBe('ws://x?q=state%3Aopen');
  listeners.at(-1)?.message(snapshotOf('b.1'));
  listeners.at(-1)?.end();
  await clock.advance(5_000);
  expect(urls.at(-1)).toBe('ws://x?q=state%3Aopen&cursor=b.1');
});

test('another question does not wait for the next try', () => {
  const { listeners, open, urls, sent } = listeningSockets();
  const { connection } = connected(scopeOfTest(), 'ws://x', { open });
  connection.ask({ q: 'a' });
  listeners.at(-1)?.end();
  connection.ask({ q: 'b' });
  expect(urls).toEqual(['ws://x', 'ws://x?q=a', 'ws://x?q=b']);
  expect(sent).toEqual([]);
});

test.each([
  ['q', { at: '5', speed: 2 }],
  ['at', { q: 'state:open' }],
])('what is refused for its %s is asked again without', (field, rest) => {
  const { listeners, open, sent } = listeningSockets();
  const { connection, refusals } = connected(scopeOfTest(), 'ws://x', { open });
  listeners.at(-1)?.message(snapshotOf('a.1'));
  connection.ask({ q: 'state:open', at: '5', speed: 2 });
  listeners.at(-1)?.message(JSON.stringify({ type: 'refused', field, detail: 'too much' }));
  expect(refusals).toEqual(['too much']);
  expect(sent.at(-1)).toEqual({ type: 'subscribe', ...rest });
});

/** Sockets that remember where they were to go. */
function listeningSockets(): ReturnType<typeof silentSockets> & { urls: string[] } {
  const { open, ...sockets } = silentSockets();
  const urls: string[] = [];
  return {
    ...sockets,
    urls,
    open(url, subprotocol, hears) {
      urls.push(url);
      return open(url, subprotocol, hears);
    },
  };
}
