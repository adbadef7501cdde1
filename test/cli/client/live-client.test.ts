import { emptyView, type LiveQuestion, liveSubprotocol } from '@holdfast/shared';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Connection, type LiveClient, openLive } from '../../../cli/src/client/live-client.ts';
import { systemClock } from '../../../cli/src/time/system-clock.ts';
import { scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';

interface Feed {
  /** The queries that readers came with. */
  readonly asked: (readonly [name: string, value: string][])[];
  readonly connections: Connection[];
  readonly live: LiveClient;
}

/** A client of a feed that answers each connection in turn. */
async function follow(question: LiveQuestion, ...answers: ((socket: WebSocket) => void)[]): Promise<Feed> {
  const scope = scopeOfTest();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => liveSubprotocol });
  scope.onEnd(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  const asked: Feed['asked'][number][] = [];
  server.on('connection', (socket, request) => {
    socket.on('error', () => {}); // the client hangs up as it likes
    const answer = answers[asked.length];
    asked.push([...new URL(request.url ?? '', 'http://x').searchParams]);
    answer?.(socket);
  });
  await once(server, 'listening');
  const connections: Connection[] = [];
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  const live = openLive({
    url: `http://127.0.0.1:${port}`,
    question,
    clock: systemClock,
    random: () => 0,
    onMessage: () => {},
    onConnection: (connection) => connections.push(connection),
  });
  scope.onEnd(() => live.close());
  return { asked, connections, live };
}

const say =
  (...messages: object[]) =>
  (socket: WebSocket): void => {
    for (const message of messages) socket.send(JSON.stringify(message));
  };
const sayAndCut =
  (...messages: object[]) =>
  (socket: WebSocket): void => {
    say(...messages)(socket);
    socket.close();
  };

test('goes on from the cursor of the last message after a cut', async () => {
  const snapshot = { type: 'snapshot', view: emptyView, cursor: 'a.1' };
  const { asked, connections } = await follow(
    { q: 'svc:checkout' },
    sayAndCut(snapshot, { type: 'delta', at: 1, cursor: 'a.2' }),
    say({ type: 'delta', at: 2, cursor: 'a.3' }),
  );
  await waitFor(() => asked.length === 2 && connections.at(-1)?.state === 'open', { what: 'the return' });
  expect(asked).toEqual([
    [['q', 'svc:checkout']],
    [
      ['q', 'svc:checkout'],
      ['cursor', 'a.2'],
    ],
  ]);
});

test('goes on with the past from where it was cut', async () => {
  const snapshot = { type: 'snapshot', view: { ...emptyView, at: 1_000 }, replay: { speed: 10 } };
  const { asked, live } = await follow(
    { at: '1000', speed: 10 },
    sayAndCut(snapshot, { type: 'delta', at: 3_500, replay: { speed: 10 } }),
    say(snapshot),
    say({ type: 'snapshot', view: emptyView, cursor: 'b.1' }),
  );
  const at = (moment: string): [string, string][] => [
    ['at', moment],
    ['speed', '10'],
  ];
  await waitFor(() => asked.length === 2, { what: 'the return' });
  live.ask({});
  await waitFor(() => asked.length === 3, { what: 'the way back to now' });
  expect(asked).toEqual([at('1000'), at('3500'), []]);
});

test('a question that is refused is a wrong command line', async () => {
  const { connections } = await follow({ at: '1' }, say({ type: 'refused', detail: '`at` is too early' }));
  const last = await waitFor(() => connections.findLast(({ state }) => state === 'waiting'), {
    what: 'the end',
  });
  expect(last).toMatchObject({ failure: { exitCode: 2, message: '`at` is too early' } });
});
