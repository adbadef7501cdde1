import { type Context, Hono } from 'hono';
import { type Action, permit, permitAction, type Principal } from '../auth/policy.ts';
import type { Log } from '../log.ts';
import { messageOf } from '../errors.ts';
import { type Outcome, type Refusal, refused } from '../refusal.ts';
import type { Caller } from './caller.ts';
import { readIfMatch } from './if-match.ts';
import { problemResponse } from './problem.ts';
import { readBody, readLines } from './read-body.ts';
import type { RawRequest, Route } from './route.ts';
import { securityHeaders } from './security-headers.ts';
import type { StaticFiles } from './static-files.ts';

export interface ApiOptions {
  readonly routes: readonly Route[];
  /** `openapi.json`, made once. */
  readonly description: unknown;
  /** The paths of WebSockets, with the subprotocol of each. */
  readonly sockets: Readonly<Record<string, { readonly subprotocol: string }>>;
  readonly files: StaticFiles;
  readonly isReady: () => boolean;
  readonly log: Log;
}

/** What comes with a request: who asks, where that was asked. */
export interface Bindings {
  readonly principal?: Principal;
  readonly caller: Caller;
}
export type App = Hono<{ Bindings: Bindings }>;
type Asked = Context<{ Bindings: Bindings }>;

/** All that is answered over plain HTTP, behind the gate. */
export function createApi({ routes, description, sockets, files, isReady, log }: ApiOptions): App {
  const app: App = new Hono();
  app.use('*', async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders)) context.res.headers.set(name, value);
  });
  app.get('/healthz', () => json({ status: 'up' }));
  app.get('/readyz', () => (isReady() ? json({ status: 'up' }) : json({ status: 'down' }, 503)));
  app.get('/api/v1/openapi.json', (context) => {
    const allowed = permitted(context, { action: 'read' });
    return allowed.ok ? json(description) : problemResponse(allowed.refusal);
  });
  for (const route of routes) {
    app.on(route.method, honoPath(route.path), (context) => answerOf(route, context));
  }
  for (const [path, methods] of methodsByPath(routes)) {
    const detail = `only ${methods} can be asked of this path`;
    app.all(honoPath(path), () => problemResponse({ kind: 'wrong_method', detail }, { allow: methods }));
  }
  for (const [path, { subprotocol }] of Object.entries(sockets)) {
    const detail = `a WebSocket is at ${path}: ask for an upgrade, with the subprotocol ${subprotocol}`;
    const headers = { upgrade: 'websocket', connection: 'Upgrade' };
    app.all(path, () => problemResponse({ kind: 'upgrade_required', detail }, headers));
  }
  app.get('*', (context) => files.answer(context.req.raw) ?? context.notFound());
  app.notFound((context) => problemResponse(notFound(context)));
  app.onError((error, context) => {
    log('error', `${context.req.method} ${context.req.path}: ${messageOf(error)}`);
    return problemResponse({ kind: 'failed', detail: 'an error of the collector; its log says more' });
  });
  return app;
}

async function answerOf(route: Route, context: Asked): Promise<Response> {
  const headers: [name: string, value: string][] = [];
  const outcome = await outcomeOf(route, context, (name, value) => headers.push([name, value]));
  if (outcome.ok) {
    const answer = json(outcome.value);
    for (const [name, value] of headers) answer.headers.append(name, value);
    return answer;
  }
  // What is left of a body that was not read must not be taken for the next request.
  const close = outcome.refusal.kind === 'too_large' ? { connection: 'close' } : undefined;
  return problemResponse(outcome.refusal, close);
}

async function outcomeOf(
  route: Route,
  context: Asked,
  setHeader: RawRequest['setHeader'],
): Promise<Outcome<unknown>> {
  const params = context.req.param();
  const allowed = permitted(context, route, route.services?.(params));
  if (!allowed.ok) return allowed;
  const query = queryOf(context);
  if (!query.ok) return query;
  const condition = readIfMatch(route.isConditional === true ? context.req.header('if-match') : undefined);
  if (!condition.ok) return condition;
  const onlyIf = condition.value;
  const body = route.body === undefined ? undefined : await readBody(context.req.raw);
  if (body?.ok === false) return body;
  const { caller } = context.env;
  const principal = allowed.value;
  const asked = { params, query: query.value, body: body?.value, onlyIf, principal, caller, setHeader };
  if (route.lineBytes === undefined) return route.handle(asked);
  const lines = await readLines(context.req.raw, route.lineBytes);
  return lines.ok ? route.handle({ ...asked, lines: lines.value }) : lines;
}

/** Whoever asks, where the policy lets them. */
function permitted(
  context: Asked,
  { action, lineBytes }: { readonly action: Action; readonly lineBytes?: number },
  services?: readonly string[],
): Outcome<Principal> {
  const { principal } = context.env;
  if (principal === undefined) return refused('not_authorised', 'nobody was asked for a token');
  // What is read line by line says only there which service it is of.
  const allowed =
    lineBytes === undefined ? permit(principal, action, services) : permitAction(principal, action);
  return allowed.ok ? { ok: true, value: principal } : allowed;
}

function queryOf(context: Asked): Outcome<RawRequest['query']> {
  const all = Object.entries(context.req.queries());
  const repeated = all.find(([, values]) => values.length > 1)?.[0];
  if (repeated !== undefined) {
    return refused('bad_input', `\`${repeated}\` stands twice in the query`, { field: repeated });
  }
  return { ok: true, value: Object.fromEntries(all.map(([name, [text = '']]) => [name, text])) };
}

function json(body: unknown, status = 200): Response {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  return new Response(JSON.stringify(body), { status, headers });
}

function notFound(context: Context): Refusal {
  const path = context.req.path.slice(0, 200);
  const where = path.startsWith('/api/') ? '; /api/v1/openapi.json lists what there is' : '';
  return { kind: 'unknown', detail: `there is nothing at ${path}${where}` };
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function methodsByPath(routes: readonly Route[]): Map<string, string> {
  const methods = new Map<string, string>();
  for (const { path, method } of routes) {
    const before = methods.get(path);
    methods.set(path, before === undefined ? method : `${before}, ${method}`);
  }
  return methods;
}
