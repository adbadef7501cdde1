import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  type AuditEntry,
  type FleetView,
  type LiveMessage,
  liveSubprotocol,
  nearestFew,
  overrideLimits,
  type Problem,
  type SetBreakerRequest,
  type SetFlagRequest,
  servicesOf,
  statusOf,
  topologyOf,
} from '@holdfast/shared';
import { WebSocket, WebSocketServer } from 'ws';
import type { Scope } from '../../support/scope.ts';

/** A request as it arrived. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly ifMatch: string | undefined;
  readonly body: unknown;
}

/** Answers the API and the live view over real sockets as a test wants, and keeps what it was asked. */
export interface FakeCollector {
  readonly url: string;
  readonly port: number;
  readonly asked: readonly Asked[];
  /** The next answers and snapshots come from this view. */
  show(view: FleetView): void;
  /** To every live reader. */
  send(message: LiveMessage): void;
  readonly readerCount: number;
  /** Ends every live connection, as a crash would. */
  cutReaders(): void;
  /** Answers this to every request from now on; `undefined` ends it. */
  refuse(problem: Problem | undefined): void;
  close(): Promise<void>;
}

export async function startFakeCollector(
  scope: Scope,
  options: { readonly view: FleetView; readonly port?: number; readonly token?: string },
): Promise<FakeCollector> {
  const asked: Asked[] = [];
  const state: State = { view: options.view, refusal: undefined, asked };
  const server = createServer((request, response) => void answer(state, request, response));
  const live = new WebSocketServer({
    server,
    path: '/api/v1/live',
    handleProtocols: () => liveSubprotocol,
    verifyClient: ({ req }: { req: IncomingMessage }) =>
      options.token === undefined || req.headers.authorization === `Bearer ${options.token}`,
  });
  live.on('connection', (socket) => {
    socket.send(JSON.stringify({ type: 'snapshot', view: state.view } satisfies LiveMessage));
  });
  const port = await listen(server, options.port ?? 0);
  const cutReaders = (): void => {
    for (const socket of live.clients) socket.terminate();
  };
  const close = async (): Promise<void> => {
    cutReaders();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  scope.onEnd(close);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    show: (view) => void (state.view = view),
    send(message) {
      for (const socket of live.clients) {
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
      }
    },
    get readerCount() {
      return live.clients.size;
    },
    cutReaders,
    refuse: (problem) => void (state.refusal = problem),
    close,
  };
}

interface State {
  view: FleetView;
  refusal: Problem | undefined;
  readonly asked: Asked[];
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the kernel gave no port');
  return address.port;
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  const body = await bodyOf(request);
  const { authorization, 'if-match': ifMatch } = headers;
  state.asked.push({ method, path: url, authorization, ifMatch, body });
  const found = state.refusal ?? contentOf(state, { method, url, body });
  const isProblem = typeof found === 'object' && 'status' in found && 'detail' in found;
  response.statusCode = isProblem ? Number(found.status) : 200;
  response.setHeader('content-type', isProblem ? 'application/problem+json' : 'application/json');
  response.end(JSON.stringify(found));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? undefined : JSON.parse(text);
}

function contentOf({ view }: State, request: { method: string; url: string; body: unknown }): object {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const [noun = '', ...parts] = pathname.replace('/api/v1/', '').split('/').map(decodeURIComponent);
  const [first = ''] = parts;
  if (parts.at(-1) === 'override') return actOn(view, { ...request, noun, parts });
  if (noun === 'status') return statusOf(view, view.at);
  if (noun === 'services') return list(servicesOf(view));
  if (noun === 'resources' && parts.length === 0) return list(resourcesIn(view, searchParams));
  if (noun === 'resources') return breakerAt(view, parts);
  if (noun === 'topology') return topologyOf(view);
  if (noun === 'errors' && parts.length === 1)
    return view.errors.find(({ fingerprint }) => fingerprint === first) ?? problem(404, `no error ${first}`);
  if (noun === 'health') return list(view.resources.filter((one) => one.health !== undefined));
  if (noun === 'flags' && parts.length === 1) {
    const found = view.flags.find((flag) => flag.key === first);
    return found === undefined ? unknown('flag', first, view) : { ...found, desiredVersion };
  }
  return historyOf(view, noun, Number(searchParams.get('limit') ?? 100));
}

/** What every answer about one flag or breaker is of. */
const desiredVersion = 17;

/** Events and audit newest first, the other lists as they stand. */
function historyOf(view: FleetView, noun: string, limit: number): object {
  const { events, audit, errors, flags, agents } = view;
  const lists: Readonly<Record<string, readonly object[]>> = {
    events: events.toReversed(),
    audit: audit.toReversed(),
    errors,
    flags,
    agents,
  };
  const items = lists[noun];
  return items === undefined ? problem(404, `there is nothing at ${noun}`) : list(items.slice(0, limit));
}

function list(items: readonly object[]): object {
  return { items };
}

function resourcesIn(view: FleetView, query: URLSearchParams): FleetView['resources'] {
  const service = query.get('service') ?? undefined;
  const kind = query.get('kind') ?? undefined;
  return view.resources.filter(
    (one) => one.kind === (kind ?? one.kind) && one.service === (service ?? one.service),
  );
}

function breakerAt(view: FleetView, parts: readonly string[]): object {
  const found = view.resources.find((one) => one.address === parts.join('/'));
  if (found === undefined) return unknown('breaker', `${parts[0]}/${parts[2]}`, view);
  return { ...found, totals: { success: 7 }, desiredVersion };
}

function unknown(noun: 'flag' | 'breaker', name: string, view: FleetView): object {
  const flags = view.flags.map((one) => one.key);
  const breakers = view.resources.map((one) => `${one.service}/${one.name}`);
  return {
    ...problem(404, `no ${noun} is called ${name}`),
    nearest: nearestFew(name, noun === 'flag' ? flags : breakers, 1),
  };
}

function problem(status: number, detail: string): Problem {
  return { type: 'about:blank', title: 'problem', status, detail };
}

interface ActAsked {
  readonly method: string;
  readonly noun: string;
  readonly parts: readonly string[];
  readonly body: unknown;
}

/** Answers an act with its audit entry, and changes nothing. */
function actOn(view: FleetView, { method, noun, parts, body }: ActAsked): object {
  const sent = body as Partial<SetFlagRequest & SetBreakerRequest>; // what the command line sent
  const [first = '', , name = ''] = parts;
  const isFlag = noun === 'flags';
  const target = isFlag ? first : `${first}/${name}`;
  const isKnown = isFlag
    ? view.flags.some((flag) => flag.key === first)
    : view.resources.some((one) => one.address === parts.slice(0, 3).join('/'));
  if (!isKnown) return unknown(isFlag ? 'flag' : 'breaker', target, view);
  const isSet = method === 'PUT';
  const entry: AuditEntry = {
    id: 1,
    at: view.at,
    version: 1,
    action: isFlag ? (isSet ? 'flag.set' : 'flag.cleared') : actionOf(sent.state),
    target,
    from: isFlag ? true : null,
    to: isSet ? (sent.value ?? sent.state ?? null) : null,
    by: sent.by ?? '',
    via: sent.via ?? 'api',
    reason: sent.reason ?? '',
    ...(isSet ? { expiresAt: view.at + (sent.forMs ?? overrideLimits.defaultForMs) } : {}),
  };
  return { audit: entry };
}

function actionOf(state: SetBreakerRequest['state'] | undefined): AuditEntry['action'] {
  if (state === undefined) return 'breaker.released';
  return (
    { forced_open: 'breaker.held_open', disabled: 'breaker.disabled', closed: 'breaker.closed' } as const
  )[state];
}
