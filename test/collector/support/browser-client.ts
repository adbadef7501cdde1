import type { LoginCode, SessionView, SocketTicket } from '@holdfast/shared';
import { getJson } from '../../support/http.ts';
import { bearer } from './tokens.ts';

/** What a browser that has logged in holds: its cookie, and what its page knows. */
export interface LoggedIn {
  readonly cookie: string;
  /** The `Set-Cookie` of the log-in, whole. */
  readonly setCookie: string;
  readonly view: SessionView;
  readonly csrf: string;
}

/** A code, made with a token. */
export async function codeAt(url: string, token: string): Promise<LoginCode> {
  return getJson(`${url}/api/v1/login-codes`, { method: 'POST', headers: bearer(token) });
}

/** Logs in as the page does. */
export function enter(url: string, code: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ code }),
  });
}

export async function logInAt(
  url: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<LoggedIn> {
  const answer = await enter(url, (await codeAt(url, token)).code, headers);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the log-in answered ${answer.status}: ${text}`);
  const setCookie = answer.headers.get('set-cookie') ?? '';
  const view = JSON.parse(text) as SessionView; // a test asserts what of it matters
  return { cookie: setCookie.split(';', 1)[0] ?? '', setCookie, view, csrf: view.csrf ?? '' };
}

export function ticketFor(url: string, { cookie, csrf }: LoggedIn): Promise<SocketTicket> {
  return getJson(`${url}/api/v1/ws-ticket`, { method: 'POST', headers: { cookie, 'x-csrf': csrf } });
}
