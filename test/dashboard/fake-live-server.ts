import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { FleetView, LiveMessage, SeriesAnswer } from '@holdfast/shared';
import { WebSocketServer } from 'ws';
import { securityHeaders } from '../../collector/src/server/security-headers.ts';

export interface FakeLiveServer {
  readonly port: number;
  /** Requests that would have changed something, newest last. */
  readonly acts: readonly { readonly method: string; readonly path: string; readonly body: unknown }[];
  readonly readerCount: () => number;
  send(message: LiveMessage): void;
  /** Ends every connection to the feed, as a collector that dies does. */
  cut(): void;
  close(): Promise<void>;
}

export interface FakeLiveServerOptions {
  readonly port?: number;
  /** The folder of the built page; without it only the feed and the API are there. */
  readonly dist?: string;
  /** What a new reader gets first. */
  readonly view: () => FleetView;
  readonly series?: (url: URL) => SeriesAnswer;
}

/** The collector as the page sees it, with made-up data. */
export async function startFakeLiveServer(options: FakeLiveServerOptions): Promise<FakeLiveServer> {
  const acts: { method: string; path: string; body: unknown }[] = [];
  const http = createServer((request, response) => void answer(request, response));
  const feed = new WebSocketServer({ server: http, path: '/api/v1/live' });
  feed.on('connection', (socket) => {
    socket.send(JSON.stringify({ type: 'snapshot', view: options.view() }));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'PUT' || request.method === 'DELETE') {
      acts.push({ method: request.method, path: url.pathname, body: await bodyOf(request) });
      sendJson(response, 200, { audit: { ...options.view().audit[0], id: acts.length } });
    } else if (url.pathname === '/api/v1/session') {
      sendJson(response, 200, { by: 'nothing', scope: 'admin' });
    } else if (url.pathname.endsWith('/series')) {
      if (options.series === undefined) sendJson(response, 404, { status: 404, detail: 'no such resource' });
      else sendJson(response, 200, options.series(url));
    } else sendFile(response, options.dist, url.pathname);
  }

  await new Promise<void>((done) => http.listen(options.port ?? 0, '127.0.0.1', done));
  return {
    port: (http.address() as AddressInfo).port, // it listens on a port, not on a pipe
    acts,
    readerCount: () => feed.clients.size,
    send(message) {
      const frame = JSON.stringify(message);
      for (const socket of feed.clients) socket.send(frame);
    },
    cut() {
      for (const socket of feed.clients) socket.terminate();
    },
    async close() {
      for (const socket of feed.clients) socket.terminate();
      feed.close();
      http.closeAllConnections();
      await new Promise<void>((done) => http.close(() => done()));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

function sendFile(response: ServerResponse, dist: string | undefined, pathname: string): void {
  try {
    const file = path.join(dist ?? '', pathname === '/' ? 'index.html' : path.normalize(pathname));
    const type = types[path.extname(file)] ?? 'application/octet-stream';
    const body = readFileSync(file);
    response.writeHead(200, { ...securityHeaders, 'content-type': type }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}
