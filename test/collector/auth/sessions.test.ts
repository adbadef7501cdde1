import { FakeClock } from '@holdfast/agent/testing';
import { type AuditEntry, type ListAnswer, liveSubprotocol, ticketSubprotocol } from '@holdfast/shared';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Sessions } from '../../../collector/src/auth/sessions.ts';
import { getJson } from '../../support/http.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';
import { codeAt, enter, type LoggedIn, logInAt, ticketFor } from '../support/browser-client.ts';
import { startTestCollector, type TestCollector } from '../support/start-collector.ts';
import { bearer, makeTokenAt, masterToken, statusWith } from '../support/tokens.ts';
import { batchWith, flagLevels, helloWith, startAt, WireAgent } from '../support/wire-agent.ts';

const hourMs = 3_600_000;
const override = '/api/v1/flags/reviews/override';
type Begun = NonNullable<ReturnType<Sessions['begin']>>;

function fail(): never {
  throw new Error('the code was not good');
}

const off = JSON.stringify({ value: false, by: 'eve', via: 'web' });

function start(): Promise<TestCollector> {
  return startTestCollector(scopeOfTest(), { token: masterToken });
}

async function ask(
  url: string,
  headers: Record<string, string>,
  { method = 'GET', body }: { readonly method?: string; readonly body?: string } = {},
): Promise<number> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const init = { method, headers: { ...headers, ...type }, ...(body === undefined ? {} : { body }) };
  const answer = await fetch(url, init);
  await answer.arrayBuffer();
  return answer.status;
}

/** What becomes of a socket: `open`, its close code, or the HTTP status in its place. */
function openSocket(
  scope: Scope,
  url: string,
  of: { readonly protocols: readonly string[]; readonly cookie?: string },
): { readonly socket: WebSocket; readonly seen: (string | number)[] } {
  const headers = of.cookie === undefined ? {} : { cookie: of.cookie };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live`, [...of.protocols], { headers });
  const seen: (string | number)[] = [];
  socket.on('open', () => seen.push(socket.protocol));
  socket.on('close', (code) => seen.push(code));
  socket.on('error', () => {});
  socket.on('unexpected-response', (_request, response) => seen.push(response.statusCode ?? 0));
  scope.onEnd(() => socket.terminate());
  return { socket, seen };
}

async function openedBy(scope: Scope, url: string, browser: LoggedIn): Promise<(string | number)[]> {
  const { ticket } = await ticketFor(url, browser);
  const protocols = [liveSubprotocol, `${ticketSubprotocol}${ticket}`];
  const { seen } = openSocket(scope, url, { protocols, cookie: browser.cookie });
  await waitFor(() => seen[0], { what: 'the socket', withinMs: 30_000 });
  return seen;
}

async function withFlag(scope: Scope, collector: TestCollector): Promise<void> {
  const agent = await WireAgent.connect(scope, collector.url, bearer(masterToken));
  agent.send(helloWith());
  await agent.next('welcome');
  agent.send(batchWith(1, flagLevels(true)));
  await agent.acknowledged(1);
}

describe('a code', () => {
  test('logs one browser in, once, as the token that made it', async () => {
    const { url } = await start();
    const { token } = await makeTokenAt(url, { scope: 'operate', name: 'ann', services: 'shop-*' });
    const { code, expiresAt } = await codeAt(url, token);
    expect(expiresAt).toBe(startAt + 300_000);
    const answer = await enter(url, code);
    expect(await answer.json()).toMatchObject({
      by: 'session',
      scope: 'operate',
      name: 'ann',
      services: 'shop-*',
    });
    expect((await enter(url, code)).status).toBe(401);
    expect((await enter(url, 'nothing')).status).toBe(401);
  });

  test('ends after five minutes, and with its token', async () => {
    const collector = await start();
    const { url } = collector;
    const { token, view } = await makeTokenAt(url, { scope: 'read' });
    const late = await codeAt(url, token);
    await collector.clock.advance(300_000);
    expect((await enter(url, late.code)).status).toBe(401);
    const orphan = await codeAt(url, token);
    const end = { method: 'DELETE', body: { by: 'ann', via: 'cli' } };
    expect(await statusWith(masterToken, `${url}/api/v1/tokens/${view.id}`, end)).toBe(200);
    expect((await enter(url, orphan.code)).status).toBe(401);
  });

  test('is made with a token that may read, and by no session', async () => {
    const { url } = await start();
    const codes = `${url}/api/v1/login-codes`;
    const { token } = await makeTokenAt(url, { scope: 'ingest' });
    expect(await ask(codes, bearer(token), { method: 'POST' })).toBe(403);
    const { cookie, csrf } = await logInAt(url, masterToken);
    expect(await ask(codes, { cookie, 'x-csrf': csrf }, { method: 'POST' })).toBe(403);
    const open = await startTestCollector(scopeOfTest());
    expect(await ask(`${open.url}/api/v1/login-codes`, {}, { method: 'POST' })).toBe(409);
    expect(await getJson(`${open.url}/api/v1/session`)).toEqual({ by: 'nothing', scope: 'admin' });
  });
});

describe('a session', () => {
  test('is a cookie that no script reads and no other site sends', async () => {
    const { url, port } = await start();
    const { setCookie, cookie, csrf } = await logInAt(url, masterToken);
    expect(setCookie).toMatch(
      new RegExp(`^holdfast-${port}=[\\w-]{43}; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict$`),
    );
    expect(await ask(`${url}/api/v1/status`, { cookie })).toBe(200);
    expect(await ask(`${url}/api/v1/status`, { cookie: `${cookie}x` })).toBe(401);
    expect(csrf).not.toBe('');
  });

  test('is bound to the encrypted host behind a proxy that encrypts', async () => {
    const options = { token: masterToken, isBehindProxy: true };
    const { url, port } = await startTestCollector(scopeOfTest(), options);
    const https = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7, 10.0.0.9' };
    const { setCookie, cookie } = await logInAt(url, masterToken, https);
    expect(setCookie).toMatch(
      new RegExp(`^__Host-holdfast-${port}=.*; Path=/; .*; SameSite=Strict; Secure$`),
    );
    expect(await ask(`${url}/api/v1/status`, { cookie, ...https })).toBe(200);
    expect(await ask(`${url}/api/v1/status`, { cookie })).toBe(401);
  });

  test('ends 12 hours after its last use, and after 7 days', async () => {
    const clock = new FakeClock(startAt);
    const sessions = new Sessions({ clock, log: () => {}, isTokenLive: () => true });
    const begin = (): Begun => sessions.begin(sessions.issueCode({ scope: 'read' }).code, 'here') ?? fail();
    const [idle, busy, open] = [begin(), begin(), begin()];
    for (let hour = 0; hour + 11 < 7 * 24; hour += 11) {
      await clock.advance(11 * hourMs);
      expect(sessions.principalOf(busy.secret)).toEqual(busy.principal);
      sessions.keep(open.principal); // its page is open, and asks for nothing
    }
    expect([idle, busy, open].map(({ principal }) => sessions.isLive(principal))).toEqual([
      false,
      true,
      true,
    ]);
    await clock.advance(3 * hourMs);
    expect([busy, open].map(({ principal }) => sessions.isLive(principal))).toEqual([false, false]);
    expect(sessions.principalOf(busy.secret)).toBeUndefined();
  });

  test('gives way where a hundred others of its token are in use', async () => {
    const clock = new FakeClock(startAt);
    const said: string[] = [];
    const sessions = new Sessions({
      clock,
      log: (level, message) => said.push(`${level}: ${message}`),
      isTokenLive: () => true,
    });
    const all: Begun[] = [];
    for (let i = 0; i <= 100; i++) {
      all.push(sessions.begin(sessions.issueCode({ scope: 'read' }).code, 'here') ?? fail());
      await clock.advance(1);
    }
    expect(all.map(({ principal }) => sessions.isLive(principal))).toEqual(all.map((_, index) => index > 0));
    expect(said.filter((line) => line.startsWith('warning'))).toHaveLength(1);
  });

  test('changes nothing without the word that only its page knows', async () => {
    const scope = scopeOfTest();
    const collector = await start();
    await withFlag(scope, collector);
    const url = `${collector.url}${override}`;
    const { token } = await makeTokenAt(collector.url, { scope: 'operate', name: 'ann' });
    const mine = await logInAt(collector.url, token);
    const other = await logInAt(collector.url, token);
    const change = { method: 'PUT', body: off };
    expect(await ask(url, { cookie: mine.cookie }, change)).toBe(403);
    expect(await ask(url, { cookie: mine.cookie, 'x-csrf': other.csrf }, change)).toBe(403);
    expect(await ask(url, { cookie: mine.cookie, 'x-csrf': '' }, change)).toBe(403);
    expect(await ask(url, { cookie: mine.cookie, 'x-csrf': mine.csrf }, change)).toBe(200);
    const headers = bearer(masterToken);
    const audit = await getJson<ListAnswer<AuditEntry>>(`${collector.url}/api/v1/audit`, { headers });
    expect(audit.items[0]).toMatchObject({ action: 'flag.set', by: 'ann', via: 'web' });
  });

  test('leaves no secret in the data or in what is said', async () => {
    const scope = scopeOfTest();
    const collector = await start();
    const code = await codeAt(collector.url, masterToken);
    const browser = await logInAt(collector.url, masterToken);
    const { ticket } = await ticketFor(collector.url, browser);
    expect(await openedBy(scope, collector.url, browser)).toEqual([liveSubprotocol]);
    expect(collector.said).toContainEqual(
      expect.stringMatching(
        /^info: a browser at 127\.0\.0\.1 has logged in with HOLDFAST_TOKEN, scope admin$/,
      ),
    );
    await collector.close();
    const secrets = [code.code, browser.cookie.split('=')[1] ?? '', browser.csrf, ticket, masterToken];
    const files = await readdir(collector.dataDir);
    const bytes = await Promise.all(files.map((file) => readFile(path.join(collector.dataDir, file))));
    const all = Buffer.concat([...bytes, Buffer.from(collector.said.join('\n'))]);
    expect(secrets.filter((secret) => secret.length < 16 || all.includes(secret))).toEqual([]);
  });
});

describe('a socket of a browser', () => {
  test('opens with a ticket of its own session, once, within 30 s', async () => {
    const scope = scopeOfTest();
    const { url, clock } = await start();
    const mine = await logInAt(url, masterToken);
    const other = await logInAt(url, masterToken);
    const tried = async (ticket: string | undefined, cookie?: string): Promise<unknown> => {
      const protocols = [liveSubprotocol, ...(ticket === undefined ? [] : [`${ticketSubprotocol}${ticket}`])];
      const { seen } = openSocket(scope, url, { protocols, ...(cookie === undefined ? {} : { cookie }) });
      return waitFor(() => seen[0], { what: 'the socket', withinMs: 30_000 });
    };
    const next = async (): Promise<string> => (await ticketFor(url, mine)).ticket;
    expect(await tried(undefined, mine.cookie)).toBe(401);
    expect(await tried(await next())).toBe(401);
    expect(await tried(await next(), other.cookie)).toBe(401);
    const ticket = await next();
    expect(await tried(ticket, mine.cookie)).toBe(liveSubprotocol);
    expect(await tried(ticket, mine.cookie)).toBe(401);
    const late = await next();
    await clock.advance(30_000);
    expect(await tried(late, mine.cookie)).toBe(401);
  });

  test('is closed within a second when the person logs out', async () => {
    const scope = scopeOfTest();
    const { url } = await start();
    const { token } = await makeTokenAt(url, { scope: 'read' });
    const mine = await logInAt(url, token);
    const other = await logInAt(url, token);
    const [left, stays] = [await openedBy(scope, url, mine), await openedBy(scope, url, other)];
    const end = { cookie: mine.cookie, 'x-csrf': mine.csrf };
    expect(await ask(`${url}/api/v1/session`, end, { method: 'DELETE' })).toBe(200);
    expect(await waitFor(() => left[1], { what: 'the end', withinMs: 30_000 })).toBe(4401);
    expect(await ask(`${url}/api/v1/status`, { cookie: mine.cookie })).toBe(401);
    expect(await ask(`${url}/api/v1/status`, { cookie: other.cookie })).toBe(200);
    expect(stays).toEqual([liveSubprotocol]);
  });

  test('is closed within a second when the token is revoked', async () => {
    const scope = scopeOfTest();
    const { url } = await start();
    const { token, view } = await makeTokenAt(url, { scope: 'read' });
    const browser = await logInAt(url, token);
    const seen = await openedBy(scope, url, browser);
    const end = { method: 'DELETE', body: { by: 'ann', via: 'cli' } };
    expect(await statusWith(masterToken, `${url}/api/v1/tokens/${view.id}`, end)).toBe(200);
    expect(await waitFor(() => seen[1], { what: 'the end', withinMs: 30_000 })).toBe(4401);
    expect(await ask(`${url}/api/v1/status`, { cookie: browser.cookie })).toBe(401);
  });
});
