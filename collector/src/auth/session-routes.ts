import { type SessionView, tokenScopes } from '@holdfast/shared';
import { type TSchema, Type } from 'typebox';
import { done, type Outcome, refused } from '../refusal.ts';
import { type Route, route } from '../server/route.ts';
import type { Access } from './access.ts';
import type { Principal } from './policy.ts';

const path = '/api/v1/session';
const closed = { additionalProperties: false };
const at = { description: 'epoch milliseconds' };

/** How a browser logs in, says who it is, opens sockets, and logs out. */
export function sessionRoutes(access: Access): readonly Route[] {
  const { sessions, cookie } = access;
  return [
    route({
      method: 'GET',
      path,
      action: 'read',
      summary: 'Who asks, and what they may do',
      answer: sessionSchema(),
      handle: ({ principal }) => done(viewOf(principal, access.isOpen)),
    }),
    route({
      method: 'POST',
      path,
      action: 'log_in',
      summary: 'Logs a browser in with a code, and sets its cookie',
      body: Type.Object({ code: Type.String({ minLength: 1, maxLength: 128 }) }, closed),
      answer: sessionSchema(),
      handle: ({ body, caller, setHeader }) => {
        const begun = sessions.begin(body.code, caller.address);
        if (begun === undefined)
          return refused('not_authorised', 'the code is not good: it holds five minutes, and once');
        setHeader('set-cookie', cookie.set(begun.secret, caller.isEncrypted));
        return done(viewOf(begun.principal, false));
      },
    }),
    route({
      method: 'DELETE',
      path,
      action: 'read',
      summary: 'Logs the browser out; its sockets are closed within a second',
      answer: Type.Object({}),
      handle: ({ principal, caller, setHeader }) => {
        if (principal.session === undefined)
          return refused('conflict', 'no browser has logged in here: there is nothing to log out of');
        sessions.end(principal.session.id);
        setHeader('set-cookie', cookie.clear(caller.isEncrypted));
        return done({});
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/login-codes',
      action: 'read',
      summary: 'Makes a code that logs one browser in with the rights of the token, within five minutes',
      answer: Type.Object({ code: Type.String(), expiresAt: Type.Number(at) }),
      handle: ({ principal }) => codeFor(principal, access),
    }),
    route({
      method: 'POST',
      path: '/api/v1/ws-ticket',
      action: 'read',
      summary: 'Makes a ticket that opens one socket of the live view, within 30 seconds',
      answer: Type.Object({ ticket: Type.String(), expiresAt: Type.Number(at) }),
      handle: ({ principal }) => done(sessions.issueTicket(principal)),
    }),
  ];
}

function sessionSchema(): TSchema {
  return Type.Object({
    by: Type.Enum(['nothing', 'token', 'session']),
    scope: Type.Enum([...tokenScopes]),
    name: Type.Optional(Type.String({ description: 'of the token' })),
    services: Type.Optional(Type.String({ description: 'that may be acted on; all where absent' })),
    csrf: Type.Optional(Type.String({ description: 'to be sent as X-CSRF with every change' })),
    endsAt: Type.Optional(Type.Number(at)),
  });
}

/** Of a token only: a session that could make another would never end. */
function codeFor(principal: Principal, { sessions, isOpen }: Access): Outcome<unknown> {
  if (principal.session !== undefined)
    return refused('not_permitted', 'a code is made with a token: holdfast login');
  if (isOpen && principal.token === undefined)
    return refused('conflict', 'this collector asks nobody to log in: open its page as it is');
  return done(sessions.issueCode(principal));
}

function viewOf({ scope, services, token, session }: Principal, isOpen: boolean): SessionView {
  const by = isOpen && token === undefined ? 'nothing' : 'token';
  return {
    by: session === undefined ? by : 'session',
    scope: scope === 'none' ? 'read' : scope,
    ...(token === undefined ? {} : { name: token.name }),
    ...(services === undefined ? {} : { services }),
    ...(session === undefined ? {} : { csrf: session.csrf, endsAt: session.endsAt }),
  };
}
