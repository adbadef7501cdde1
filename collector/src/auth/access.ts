import { type Clock, closeCodes, ticketSubprotocol, type TimerHandle } from '@holdfast/shared';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { callerOf } from '../server/caller.ts';
import type { TokenStore } from '../store/token-table.ts';
import type { Principal } from './policy.ts';
import { SessionCookie } from './session-cookie.ts';
import { isCsrfOf, Sessions } from './sessions.ts';
import type { TokenBook } from './token-book.ts';
import { hashOf, isTokenOf } from './token-text.ts';

export interface AccessOptions {
  readonly book: TokenBook;
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly log: Log;
  /** The one token of `HOLDFAST_TOKEN`, which is allowed everything; absent where there is none. */
  readonly token: string | undefined;
  /** Whether who comes without a token is let in, as on loopback. */
  readonly isOpen: boolean;
  /** The one that the collector listens on. */
  readonly port: number;
  readonly isBehindProxy: boolean;
}

const sweepEveryMs = 1_000;
const usesEveryMs = 60_000;
const everybody: Principal = { scope: 'admin' };
const readingMethods: readonly string[] = ['GET', 'HEAD'];

/** Says who asks, and hangs up on those whose token has ended. */
export class Access {
  /** The browsers that have logged in. */
  readonly sessions: Sessions;
  readonly cookie: SessionCookie;
  private readonly options: AccessOptions;
  private readonly tokenHash: Buffer | undefined;
  private readonly sockets = new Map<WebSocket, Principal>();
  private sweep: TimerHandle | undefined;
  private notedAt: number;
  private noted: ReadonlyMap<string, number> = new Map();

  constructor(options: AccessOptions) {
    this.options = options;
    this.tokenHash = options.token === undefined ? undefined : hashOf(options.token);
    this.notedAt = options.clock.now();
    const { book, clock, log } = options;
    const isTokenLive = ({ token }: Principal): boolean => token === undefined || book.isLiveId(token.id);
    this.sessions = new Sessions({ clock, log, isTokenLive });
    this.cookie = new SessionCookie(options.port);
    book.onRevoked = () => this.hangUp();
    this.sessions.onEnded = () => this.hangUp();
    this.scheduleSweep();
  }

  /** Whether who comes without a token is let in. */
  get isOpen(): boolean {
    return this.options.isOpen;
  }

  /**
   * Who a request comes from: by its token, which must be good where one is given, or by the cookie of a
   * browser that has logged in. A change by cookie alone could be the work of another page.
   */
  authenticate(request: IncomingMessage): Outcome<Principal> {
    const { headers, method = '' } = request;
    if (headers.authorization !== undefined || this.options.isOpen) return this.byToken(request);
    const principal = this.byCookie(request);
    if (principal?.session === undefined) return this.byToken(request);
    const given = [headers['x-csrf']].flat()[0];
    if (readingMethods.includes(method) || isCsrfOf(given, principal.session)) return done(principal);
    return refused(
      'forbidden',
      'what changes something needs the X-CSRF of the session, from /api/v1/session',
    );
  }

  /**
   * Who opens a socket: by token, or by a ticket, since a browser sends its cookie with the socket of any
   * page. A ticket is good in the browser only that asked for it.
   */
  authenticateUpgrade(request: IncomingMessage): Outcome<Principal> {
    const { headers } = request;
    if (headers.authorization !== undefined || this.options.isOpen) return this.byToken(request);
    const ticket = ticketIn(headers['sec-websocket-protocol'] ?? '');
    if (ticket === undefined) return this.byToken(request);
    const principal = this.sessions.takeTicket(ticket);
    const isTheirs =
      principal?.session === undefined || this.byCookie(request)?.session?.id === principal.session.id;
    if (principal !== undefined && isTheirs) return done(principal);
    return refused('not_authorised', 'the ticket is not good: it holds 30 seconds, once, and in its browser');
  }

  private byCookie(request: IncomingMessage): Principal | undefined {
    const { isEncrypted } = callerOf(request, this.options.isBehindProxy);
    const secret = this.cookie.read(request, isEncrypted);
    const principal = secret === undefined ? undefined : this.sessions.principalOf(secret);
    if (principal?.token !== undefined) this.options.book.noteUse(principal.token.id);
    return principal;
  }

  private byToken(request: IncomingMessage): Outcome<Principal> {
    const { authorization } = request.headers;
    if (authorization === undefined && this.options.isOpen) return done(everybody);
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (given !== undefined && this.tokenHash !== undefined && isTokenOf(given, this.tokenHash))
      return done(everybody);
    const principal = given === undefined ? undefined : this.options.book.principalOf(given);
    if (principal !== undefined) return done(principal);
    const what = given === undefined ? 'this collector asks for a token' : 'the token is not valid here';
    return refused('not_authorised', `${what}: send it as Authorization: Bearer TOKEN`);
  }

  /** Whether somebody who was let in still would be: the token is good, and nobody has logged out. */
  isLive(principal: Principal): boolean {
    return this.sessions.isLive(principal);
  }

  /**
   * Closes a socket once its token or its session has ended. Who reads it asks `isLive` with every message
   * besides.
   */
  watch(socket: WebSocket, principal: Principal): void {
    if (principal.token === undefined && principal.session === undefined) return;
    this.sockets.set(socket, principal);
    socket.on('close', () => this.sockets.delete(socket));
  }

  async close(): Promise<void> {
    this.sweep?.cancel();
    await this.noteUses();
  }

  private hangUp(): void {
    for (const [socket, principal] of this.sockets) {
      if (this.isLive(principal)) continue;
      this.sockets.delete(socket);
      socket.resume(); // a paused socket would not see the other side's answer to the close
      const what = principal.session === undefined ? 'the token has ended' : 'logged out';
      socket.close(closeCodes.unauthorised, what);
    }
  }

  private scheduleSweep(): void {
    this.sweep = this.options.clock.setTimeout(() => {
      for (const principal of this.sockets.values()) this.sessions.keep(principal);
      this.sessions.sweep();
      this.hangUp();
      if (this.options.clock.now() - this.notedAt >= usesEveryMs) void this.noteUses();
      this.scheduleSweep();
    }, sweepEveryMs);
  }

  /** When tokens were used last is written now and then, not with each request. */
  private async noteUses(): Promise<void> {
    this.notedAt = this.options.clock.now();
    const views = this.options.book.list();
    const uses = views.filter((view) => this.noted.get(view.id) !== useOf(view));
    this.noted = new Map(views.map((view) => [view.id, useOf(view)]));
    if (uses.length === 0) return;
    try {
      await this.options.store.noteUses(uses);
    } catch (error) {
      this.options.log('warning', `the use of tokens was not noted: ${messageOf(error)}`);
    }
  }
}

function useOf(view: { readonly lastUsedAt?: number; readonly refusedCount: number }): number {
  return (view.lastUsedAt ?? 0) + view.refusedCount;
}

/** Of the subprotocols that are offered, the one that is a ticket. */
function ticketIn(offered: string): string | undefined {
  const names = offered.split(',').map((name) => name.trim());
  return names.find((name) => name.startsWith(ticketSubprotocol))?.slice(ticketSubprotocol.length);
}
