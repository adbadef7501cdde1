import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { agentSubprotocol, type Clock, closeCodes } from '@holdfast/shared';
import { WebSocket } from 'ws';
import type { Link, LinkEnd, LinkListener, Transport } from '../stream/transport.ts';

export interface WebSocketTransportOptions {
  /** `ws:` or `wss:`, with its path. */
  readonly url: URL;
  /** Sent as `Authorization: Bearer` with the upgrade. */
  readonly token?: string | undefined;
  /** The authorities that its certificate is to be from. */
  readonly ca?: string | undefined;
  readonly clock: Clock;
}

/** Reaches a collector over a WebSocket whose socket never keeps the process alive. */
export function webSocketTransport(options: WebSocketTransportOptions): Transport {
  return {
    connect: (listener) => {
      try {
        return openLink(options, listener);
      } catch (error) {
        // The URL was checked when the agent was made; what still fails here is the machine.
        options.clock.setTimeout(() => listener.closed({ reason: messageOf(error) }), 0);
        return deadLink;
      }
    },
  };
}

function openLink({ url, token, ca }: WebSocketTransportOptions, listener: LinkListener): Link {
  let socket: Socket | undefined;
  let isKeptAlive = false;
  const options = {
    perMessageDeflate: false, // costs 278 KB a connection against 17 KB
    maxPayload: maxPayloadBytes,
    maxFragments: 16,
    maxBufferedChunks: 1_024,
    closeTimeout: lingerMs, // its timer keeps the process alive, and its default is 30 s
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    createConnection: () => {
      socket = openSocket(url, ca);
      if (!isKeptAlive) socket.unref();
      return socket;
    },
  };
  const webSocket = new WebSocket(url, [agentSubprotocol], options);
  listen(webSocket, listener);
  return {
    get bufferedBytes() {
      return webSocket.bufferedAmount;
    },
    send: (frame) => {
      if (webSocket.readyState === WebSocket.OPEN) webSocket.send(frame, { binary: false }, ignore);
    },
    sendDeflated: (bytes) => {
      if (webSocket.readyState === WebSocket.OPEN) webSocket.send(bytes, { binary: true }, ignore);
    },
    together: (send) => {
      socket?.cork();
      try {
        send();
      } finally {
        socket?.uncork();
      }
    },
    close: (code, reason) => webSocket.close(code, reason.slice(0, maxReasonLength)),
    keepAlive: (isKept) => {
      isKeptAlive = isKept;
      if (isKept) socket?.ref();
      else socket?.unref();
    },
  };
}

function listen(webSocket: WebSocket, listener: LinkListener): void {
  let problem: LinkEnd | undefined;
  webSocket.on('open', () => listener.opened());
  webSocket.on('message', (data, isBinary) => {
    if (!isBinary && Buffer.isBuffer(data)) listener.frame(data.toString('utf8'));
    else webSocket.terminate();
  });
  // Always listened to: an `error` without a listener would end the host.
  webSocket.on('error', (error) => {
    problem ??= { reason: messageOf(error) };
  });
  webSocket.on('unexpected-response', (_request, response) => {
    problem = refusalOf(response);
    webSocket.terminate();
  });
  webSocket.on('close', (code, reason) => {
    const text = `closed by the collector with ${code} ${reason.toString('utf8')}`.trim();
    listener.closed(problem ?? { reason: text, isRefusal: code === closeCodes.refused });
  });
}

/** The agent's own frames are at most a quarter of this; what people have asked for fits as well. */
const maxPayloadBytes = 1_048_576;
/** A close frame holds at most 123 bytes of UTF-8. */
const maxReasonLength = 40;
/** What the other side gets to answer a close. */
const lingerMs = 50;
const maxRetryAfterMs = 300_000;

function openSocket({ protocol, hostname, port }: URL, ca: string | undefined): Socket {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  if (protocol === 'ws:') return connectTcp({ host, port: Number(port || 80) });
  return connectTls({ host, port: Number(port || 443), servername: isIP(host) === 0 ? host : '', ca });
}

function refusalOf(response: IncomingMessage): LinkEnd {
  const { statusCode = 0, headers } = response;
  const seconds = Number(headers['retry-after'] ?? 0);
  return {
    reason: `the collector answered HTTP ${statusCode} instead of a WebSocket`,
    isRefusal: statusCode >= 400 && statusCode < 500,
    retryAfterMs: seconds > 0 ? Math.min(seconds * 1_000, maxRetryAfterMs) : 0,
  };
}

const deadLink: Link = {
  bufferedBytes: 0,
  send: ignore,
  close: ignore,
  keepAlive: ignore,
};

function ignore(): void {}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
