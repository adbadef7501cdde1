import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { type Answer, Refusal, refusalAnswer } from './answer.ts';
import { ShapeError } from './read.ts';

export interface ShopRequest {
  /** What stood in the path where the route has a `:name`. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  header(name: string): string | undefined;
}

export type Handler = (request: ShopRequest) => Answer | Promise<Answer>;

/** Keyed by method and path: `GET /products/:sku`. */
export type Routes = Readonly<Record<string, Handler>>;

/** Stands before every request. `undefined` as the answer means: drop the connection without a word. */
export type Gate = (serve: () => Promise<Answer>) => Promise<Answer | undefined>;

const maxBodyLength = 64 * 1024;

/** Speaks JSON. `failed` hears of errors that no handler meant; their callers get a plain 500. */
export function jsonListener(
  routes: Routes,
  { gate = (serve) => serve(), failed }: { gate?: Gate; failed: (error: unknown) => void },
): RequestListener {
  const table = Object.entries(routes).map(([route, handler]) => compile(route, handler));
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(incoming);
    const answer = await gate(() =>
      dispatch(table, incoming, body).catch((error) => answerTo(error, failed)),
    );
    if (answer === undefined) response.destroy();
    else send(response, answer);
  };
  return (incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      failed(error);
      response.destroy();
    });
  };
}

/** Resolves to the port; rejects where the port cannot be had. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Ends the listening and every open connection. A server that does not listen stays as it is. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface CompiledRoute {
  readonly method: string;
  readonly segments: readonly string[];
  readonly handler: Handler;
}

function compile(route: string, handler: Handler): CompiledRoute {
  const [method = '', path = ''] = route.split(' ');
  return { method, segments: path.split('/'), handler };
}

async function dispatch(
  table: readonly CompiledRoute[],
  incoming: IncomingMessage,
  body: string | undefined,
): Promise<Answer> {
  if (body === undefined)
    throw new Refusal(413, 'too_large', `a body has at most ${maxBodyLength} characters`);
  const path = (incoming.url ?? '/').split('?', 1).join('');
  for (const { method, segments, handler } of table) {
    const params = method === incoming.method ? paramsOf(segments, path.split('/')) : undefined;
    if (params !== undefined) return handler({ params, body: parse(body), header: headerOf(incoming) });
  }
  throw new Refusal(404, 'no_such_route', `there is no ${incoming.method ?? 'GET'} ${path}`);
}

function paramsOf(route: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (route.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of route.entries()) {
    const given = path[index] ?? '';
    if (segment.startsWith(':')) params[segment.slice(1)] = decoded(given);
    else if (segment !== given) return undefined;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, 'bad_path', `${segment} is not a valid part of a path`);
  }
}

function headerOf(incoming: IncomingMessage): (name: string) => string | undefined {
  return (name) => {
    const value = incoming.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
}

function parse(body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal(400, 'bad_json', 'the body is not JSON');
  }
}

/** `undefined` for a body that is too large. It is read to its end: its sender gets an answer. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  incoming.setEncoding('utf8');
  let text = '';
  for await (const chunk of incoming) {
    if (text.length <= maxBodyLength) text += String(chunk);
  }
  return text.length <= maxBodyLength ? text : undefined;
}

function answerTo(error: unknown, failed: (error: unknown) => void): Answer {
  if (error instanceof Refusal) return refusalAnswer(error);
  if (error instanceof ShapeError) {
    return refusalAnswer({ status: 400, code: 'bad_request', message: error.message });
  }
  failed(error);
  return refusalAnswer({ status: 500, code: 'internal', message: 'something went wrong in here' });
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  if (response.destroyed) return; // the caller has given up meanwhile
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
