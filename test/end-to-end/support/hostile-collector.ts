import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { agentSubprotocol } from '@holdfast/shared';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Scope } from '../../support/scope.ts';
import { freePort } from '../../support/ports.ts';

/** Starts a collector that behaves in one of these ways, and returns its URL. */
export type HostileCollector = (scope: Scope) => Promise<string>;

const welcome = JSON.stringify({
  type: 'welcome',
  stored: 0,
  dictionarySize: 0,
  limits: { batchBytes: 262_144, windowBatches: 8 },
  heartbeatMs: 15_000,
  now: 1_700_000_000_000,
});

export const hostileCollectors: Readonly<Record<string, HostileCollector>> = {
  'is not there': async () => `ws://127.0.0.1:${await freePort()}`,
  'accepts and never answers': (scope) =>
    listen(
      scope,
      createServer(() => {}),
    ),
  'hangs up at once': (scope) =>
    listen(
      scope,
      createServer((socket) => socket.destroy()),
    ),
  'resets the connection': (scope) =>
    listen(
      scope,
      createServer((socket) => socket.resetAndDestroy()),
    ),
  'speaks another protocol': (scope) =>
    listen(
      scope,
      createServer((socket) => socket.write('220 mail.example.com\r\n')),
    ),
  'answers HTTP 500': (scope) => listen(scope, httpServer(500)),
  'answers HTTP 503 and when to come back': (scope) => listen(scope, httpServer(503)),
  'answers the upgrade with another subprotocol': (scope) => webSockets(scope, () => {}, 'other'),
  'never welcomes': (scope) => webSockets(scope, () => {}),
  'never acknowledges': (scope) => webSockets(scope, (webSocket) => webSocket.send(welcome)),
  'answers garbage': (scope) => webSockets(scope, (webSocket) => webSocket.send('{"type":"welcome"')),
  'answers binary frames': (scope) => webSockets(scope, (webSocket) => webSocket.send(Buffer.alloc(1_000))),
  'floods with frames': (scope) =>
    webSockets(scope, (webSocket) => {
      for (let i = 0; i < 20_000; i++) webSocket.send('{"type":"pong","sentAt":1,"now":1}');
    }),
  'sends a frame of 64 MB': (scope) =>
    webSockets(scope, (webSocket) => webSocket.send('x'.repeat(64 * 1_048_576))),
  'claims a frame of a terabyte': (scope) =>
    rawWebSockets(scope, (socket) => socket.write(Buffer.from([0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]))),
  'sends a broken frame': (scope) =>
    rawWebSockets(scope, (socket) => socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))),
  'closes and never ends the connection': (scope) =>
    rawWebSockets(scope, (socket) => socket.write(Buffer.from([0x88, 2, 0x03, 0xe8]))),
};

async function listen(scope: Scope, server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // the agent may hang up at any time
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.onEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `ws://127.0.0.1:${address.port}`;
}

function httpServer(status: number): Server {
  return createHttpServer((_request, response) => response.end()).on('upgrade', (_request, socket) => {
    socket.end(`HTTP/1.1 ${status} No\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\nno`);
  });
}

/** A server that upgrades as it should and then does what it likes with each connection. */
async function webSockets(
  scope: Scope,
  act: (webSocket: WebSocket) => void,
  subprotocol = agentSubprotocol,
): Promise<string> {
  const server = createHttpServer();
  const webSocketServer = new WebSocketServer({ server, handleProtocols: () => subprotocol });
  webSocketServer.on('connection', (webSocket) => {
    webSocket.on('error', () => {});
    act(webSocket);
  });
  return listen(scope, server);
}

/** As `webSockets`, with the bare socket, for frames that no library sends. */
async function rawWebSockets(scope: Scope, act: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createHttpServer();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  const webSocketServer = new WebSocketServer({ server, handleProtocols: () => agentSubprotocol });
  webSocketServer.on('connection', (webSocket, request) => {
    webSocket.on('error', () => {});
    webSocket.pause(); // nothing that the agent says is read, its close least of all
    act(request.socket);
  });
  return listen(scope, server);
}
