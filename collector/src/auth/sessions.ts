import { type Clock, type LoginCode, type SocketTicket } from '@holdfast/shared';
import { timingSafeEqual } from 'node:crypto';
import type { Log } from '../log.ts';
import type { Principal, SessionMark } from './policy.ts';
import { keyOf, makeSecret, Slips } from './slips.ts';

export interface SessionsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the token that a session was begun with is still good. */
  readonly isTokenLive: (principal: Principal) => boolean;
}

const idleMs = 43_200_000;
export const longestMs = 604_800_000;
const codeMs = 300_000;
const ticketMs = 30_000;
const perToken = 100;

/** The browsers that have logged in, in memory only: whoever has a token is back in a moment. */
export class Sessions {
  /** Called when a session was ended. */
  onEnded: () => void = () => {};
  private readonly options: SessionsOptions;
  private readonly codes: Slips<Principal>;
  private readonly tickets: Slips<Principal>;
  /** By the hash of the secret in the cookie, and by id. */
  private readonly byKey = new Map<string, Session>();
  private readonly byId = new Map<string, Session>();

  constructor(options: SessionsOptions) {
    const { clock } = options;
    this.options = options;
    this.codes = new Slips({ clock, forMs: codeMs, perOwner: 8 });
    this.tickets = new Slips({ clock, forMs: ticketMs, perOwner: 32 });
  }

  /** A code that begins one session with the rights of the principal. */
  issueCode(principal: Principal): LoginCode {
    const { secret, expiresAt } = this.codes.issue(ownerOf(principal), principal);
    return { code: secret, expiresAt };
  }

  /** A ticket for one socket with the rights of the principal. */
  issueTicket(principal: Principal): SocketTicket {
    const owner = principal.session?.id ?? ownerOf(principal);
    const { secret, expiresAt } = this.tickets.issue(owner, principal);
    return { ticket: secret, expiresAt };
  }

  /** Who a ticket stands for; its socket is there to read only. */
  takeTicket(ticket: string): Principal | undefined {
    const principal = this.tickets.take(ticket);
    if (principal === undefined || !this.isLive(principal)) return undefined;
    return { ...principal, scope: 'read' };
  }

  /** The secret for the cookie, and who it stands for; `undefined` where the code is not good. */
  begin(code: string, address: string): { secret: string; principal: Principal } | undefined {
    const origin = this.codes.take(code);
    if (origin === undefined || !this.options.isTokenLive(origin)) return undefined;
    const { clock, log } = this.options;
    const secret = makeSecret();
    const mark: SessionMark = {
      id: keyOf(makeSecret()).slice(0, 32),
      csrf: makeSecret(),
      endsAt: clock.now() + longestMs,
    };
    const principal: Principal = { ...origin, session: mark };
    const now = clock.monotonic();
    const session: Session = { key: keyOf(secret), principal, beganAt: now, usedAt: now };
    this.makeRoom(ownerOf(principal));
    this.byKey.set(session.key, session);
    this.byId.set(mark.id, session);
    log('info', `a browser at ${address} has logged in with ${nameOf(principal)}, scope ${principal.scope}`);
    return { secret, principal };
  }

  /** Who a cookie stands for; `undefined` where its session has ended. */
  principalOf(secret: string): Principal | undefined {
    const session = this.byKey.get(keyOf(secret));
    if (session === undefined || !this.isGood(session)) return undefined;
    session.usedAt = this.options.clock.monotonic();
    return session.principal;
  }

  /** Whether somebody who was let in still would be. */
  isLive(principal: Principal): boolean {
    const { session } = principal;
    if (session === undefined) return this.options.isTokenLive(principal);
    const mine = this.byId.get(session.id);
    return mine !== undefined && this.isGood(mine);
  }

  /** A page that is open uses its session. */
  keep({ session }: Principal): void {
    const mine = this.byId.get(session?.id ?? '');
    if (mine !== undefined && this.isGood(mine)) mine.usedAt = this.options.clock.monotonic();
  }

  end(id: string): void {
    const session = this.byId.get(id);
    if (session === undefined) return;
    this.byId.delete(id);
    this.byKey.delete(session.key);
    this.onEnded();
  }

  /** Forgets those that have ended by themselves. */
  sweep(): void {
    for (const [id, session] of this.byId) if (!this.isGood(session)) this.end(id);
  }

  private isGood({ principal, beganAt, usedAt }: Session): boolean {
    const now = this.options.clock.monotonic();
    return now - usedAt < idleMs && now - beganAt < longestMs && this.options.isTokenLive(principal);
  }

  private makeRoom(owner: string): void {
    const mine = [...this.byId.values()].filter(({ principal }) => ownerOf(principal) === owner);
    if (mine.length < perToken) return;
    const [oldest] = mine.toSorted((a, b) => a.usedAt - b.usedAt);
    this.options.log(
      'warning',
      `${perToken} browsers use ${owner}: the one that was away longest is logged out`,
    );
    if (oldest?.principal.session !== undefined) this.end(oldest.principal.session.id);
  }
}

/** Whether a request that changes something carries what only the page of the session knows. */
export function isCsrfOf(given: string | undefined, { csrf }: SessionMark): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(csrf)];
  return a.length === b.length && timingSafeEqual(a, b);
}

interface Session {
  readonly key: string;
  readonly principal: Principal;
  /** On the monotonic clock. */
  readonly beganAt: number;
  usedAt: number;
}

function ownerOf({ token }: Principal): string {
  return token === undefined ? 'HOLDFAST_TOKEN' : `the token ${token.id}`;
}

function nameOf(principal: Principal): string {
  return principal.token === undefined ? 'HOLDFAST_TOKEN' : `the token ${principal.token.name}`;
}
