import { getRequestListener } from '@hono/node-server';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createEncryptedServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Access } from '../auth/access.ts';
import { type Action, nobody, permitAction, type Principal } from '../auth/policy.ts';
import { CollectorError, messageOf, systemCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CollectorOptions } from '../options.ts';
import { done, type Outcome, type Refusal, refused } from '../refusal.ts';
import type { App, Bindings } from './api.ts';
import { callerOf } from './caller.ts';
import { bracketed, type Gate } from './gate.ts';
import { problemOf, problemType } from './problem.ts';
import { securityHeaders } from './security-headers.ts';

/** A WebSocket endpoint at a path, for clients that offer its subprotocol. */
export interface UpgradeEndpoint {
  readonly subprotocol: string;
  readonly action: Action;
  /** Asked before anything is spent on a connection: whether there is room for it. */
  room?(): Outcome<undefined>;
  upgrade(upgrade: Upgrade): void;
}

/** A connection that is about to become a WebSocket. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly principal: Principal;
}

export interface HttpServerOptions {
  readonly app: App;
  readonly gate: Gate;
  readonly access: Access;
  readonly isBehindProxy: boolean;
  readonly endpoints: Readonly<Record<string, UpgradeEndpoint>>;
  readonly log: Log;
}

/** What needs no token: the page itself holds no data, and who watches a process asks without one. */
const isOpen = (path: string): boolean => !path.startsWith('/api/') && path !== '/metrics';

/** Whoever logs in shows a code in the body, and may do nothing else; an old cookie is not in the way. */
const isLogIn = (method: string | undefined, path: string): boolean =>
  method === 'POST' && path === '/api/v1/session';

/** A server that lets the gate look at every request and upgrade first. */
export function attach(server: Server, options: HttpServerOptions): void {
  const { app, endpoints, log } = options;
  const asked = new WeakMap<object, Bindings>();
  const answer = getRequestListener((request, { incoming }) => app.fetch(request, asked.get(incoming)), {
    overrideGlobalObjects: false,
  });
  server.on('request', (request, response) => {
    const passed = pass(request, options);
    if (!passed.ok) return writeProblem(response, passed.refusal);
    const principal = passed.value;
    const caller = callerOf(request, options.isBehindProxy);
    asked.set(request, { caller, ...(principal === undefined ? {} : { principal }) });
    answer(request, response).catch((error: unknown) => log('error', `an answer failed: ${String(error)}`));
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const passed = pass(request, { ...options, isUpgrade: true });
    if (!passed.ok) return refuseUpgrade(socket, passed.refusal);
    const principal = passed.value;
    const endpoint = endpointOf(request, { endpoints, principal });
    if (!endpoint.ok) return refuseUpgrade(socket, endpoint.refusal);
    if (principal !== undefined) endpoint.value.upgrade({ request, socket, head, principal });
  });
}

/**
 * A server with limits against clients that send slowly or never end. It does not listen yet.
 *
 * @throws {CollectorError} where the certificate or its key cannot be used
 */
export function createLimitedServer(tls?: CollectorOptions['tls']): Server {
  const server = tls === undefined ? createServer(limits) : encryptedServer(tls);
  server.maxConnections = 16_384;
  return server;
}

const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 10_000,
  // Node looks for slow clients only so often; at its default of 30 s the limits above would mean little.
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8_192,
} as const;

function encryptedServer({ cert, key }: NonNullable<CollectorOptions['tls']>): Server {
  try {
    const options = { ...limits, cert, key, handshakeTimeout: 10_000, minVersion: 'TLSv1.2' } as const;
    return createEncryptedServer(options);
  } catch (error) {
    const what = 'the certificate of --tls-cert and the key of --tls-key cannot be used';
    const mend = 'both must be PEM, the key without a passphrase and that of the certificate';
    throw new CollectorError('bad_option', `${what} (${messageOf(error)}); ${mend}`, error);
  }
}

/**
 * Starts listening and returns the port. Throws a `CollectorError` that says what is in the way, and the
 * mend.
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen({ host, port, backlog: 4_096 }, resolve);
  });
  server.removeAllListeners('error');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function listenError(error: Error, host: string, port: number): Error {
  const place = `${bracketed(host)}:${port}`;
  const code = systemCode(error) ?? '';
  if (code === 'EADDRINUSE') {
    const message = `${place} is in use by another program; choose a port with --port, or stop that program`;
    return new CollectorError('port_in_use', message, error);
  }
  if (code === 'EACCES') {
    const message = `this user may not listen on ${place}; choose a port above 1023 with --port`;
    return new CollectorError('port_not_permitted', message, error);
  }
  if (['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'].includes(code)) {
    const message = `${host} is no address of this machine; use --host 127.0.0.1, or one of its own`;
    return new CollectorError('host_not_found', message, error);
  }
  return error;
}

/** Who asks; `undefined` where nobody needs to say. */
function pass(
  request: IncomingMessage,
  { gate, access, isUpgrade = false }: HttpServerOptions & { readonly isUpgrade?: boolean },
): Outcome<Principal | undefined> {
  const source = gate.checkSource(request);
  if (!source.ok) return source;
  const path = pathOf(request);
  if (path === undefined) return refused('bad_input', 'the path cannot be read');
  if (isOpen(path)) return source;
  if (isUpgrade) return access.authenticateUpgrade(request);
  return isLogIn(request.method, path) ? done(nobody) : access.authenticate(request);
}

function pathOf({ url = '' }: IncomingMessage): string | undefined {
  if (!url.startsWith('/') || url.startsWith('//')) return undefined;
  try {
    return decodeURI(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
}

function endpointOf(
  request: IncomingMessage,
  of: Pick<HttpServerOptions, 'endpoints'> & { readonly principal: Principal | undefined },
): Outcome<UpgradeEndpoint> {
  const { endpoints, principal } = of;
  const path = pathOf(request) ?? '';
  const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
  if (endpoint === undefined) {
    const known = Object.keys(endpoints).join(' and ');
    return refused('unknown', `there is no WebSocket at ${path.slice(0, 200)}; there are ${known}`);
  }
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(endpoint.subprotocol))
    return refused('bad_input', subprotocolProblem(endpoint.subprotocol, offered));
  if (principal === undefined) return refused('not_authorised', 'nobody was asked for a token');
  const allowed = permitAction(principal, endpoint.action);
  if (!allowed.ok) return allowed;
  const room = endpoint.room?.();
  return room?.ok === false ? room : { ok: true, value: endpoint };
}

function subprotocolProblem(subprotocol: string, offered: readonly string[]): string {
  const got =
    offered
      .filter((name) => name !== '')
      .join(', ')
      .slice(0, 100) || 'none';
  return `the WebSocket must offer its subprotocol, Sec-WebSocket-Protocol: ${subprotocol}, got ${got}`;
}

function writeProblem(response: ServerResponse, refusal: Refusal): void {
  const problem = problemOf(refusal);
  // What is left of a body that nobody reads must not be taken for the next request.
  response.writeHead(problem.status, { ...securityHeaders, ...headersOf(refusal), connection: 'close' });
  response.end(JSON.stringify(problem));
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const problem = problemOf(refusal);
  const body = JSON.stringify(problem);
  const headers = { ...headersOf(refusal), connection: 'close', 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const status = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`;
  socket.once('finish', () => socket.destroy()); // it left the server's limits behind, so it must not linger
  socket.end([status, ...lines, '', body].join('\r\n'));
}

function headersOf({ kind, retryAfterSeconds }: Refusal): Record<string, string> {
  return {
    'content-type': problemType,
    'cache-control': 'no-store',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': `${retryAfterSeconds}` }),
    ...(kind === 'not_authorised' ? { 'www-authenticate': 'Bearer realm="holdfast"' } : {}),
  };
}
