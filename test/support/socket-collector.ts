import { createServer, type IncomingMessage } from 'node:http';
import { MemoryCollector } from '@holdfast/agent/testing';
import { agentSubprotocol } from '@holdfast/shared';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Scope } from './scope.ts';

export interface SocketCollector {
  /** For the agent's option `collector`. */
  readonly url: string;
  /** What stands behind the sockets: it shows what arrived and plays the faults. */
  readonly memory: MemoryCollector;
  /** The upgrades so far. */
  readonly requests: readonly IncomingMessage[];
  /** Cuts all connections without a word. */
  cut(): void;
}

/** A `MemoryCollector` behind real sockets. */
export async function startSocketCollector(scope: Scope): Promise<SocketCollector> {
  const memory = new MemoryCollector();
  const requests: IncomingMessage[] = [];
  const server = createServer();
  const webSocketServer = new WebSocketServer({ server, handleProtocols: () => agentSubprotocol });
  webSocketServer.on('connection', (webSocket, request) => {
    requests.push(request);
    bridge(webSocket, memory);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const webSocket of webSocketServer.clients) webSocket.terminate();
  };
  scope.onEnd(() => {
    cut();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { url: `ws://127.0.0.1:${address.port}`, memory, requests, cut };
}

function bridge(webSocket: WebSocket, memory: MemoryCollector): void {
  const link = memory.connect({
    opened: () => {},
    frame: (text) => webSocket.send(text),
    closed: () => webSocket.terminate(),
  });
  webSocket.on('message', (data) => {
    if (Buffer.isBuffer(data)) link.send(data);
  });
  webSocket.on('error', () => {}); // `close` follows
  webSocket.on('close', () => link.close(1_000, 'gone'));
}
