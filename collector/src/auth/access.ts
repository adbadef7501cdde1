import { type Clock, closeCodes, type TimerHandle } from '@holdfast/shared';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import type { TokenStore } from '../store/token-table.ts';
import type { Principal } from './policy.ts';
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
}

const sweepEveryMs = 1_000;
const usesEveryMs = 60_000;
const everybody: Principal = { scope: 'admin' };

/** Says who asks, and hangs up on those whose token has ended. */
export class Access {
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
    options.book.onRevoked = () => this.hangUp();
    this.scheduleSweep();
  }

  /** Who a request comes from. A token that is given must be good, also where none is asked for. */
  authenticate(request: IncomingMessage): Outcome<Principal> {
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

  isLive({ token }: Principal): boolean {
    return token === undefined || this.options.book.isLiveId(token.id);
  }

  /** Closes a socket once its token has ended. */
  watch(socket: WebSocket, principal: Principal): void {
    if (principal.token === undefined) return;
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
      socket.close(closeCodes.unauthorised, 'the token has ended');
    }
  }

  private scheduleSweep(): void {
    this.sweep = this.options.clock.setTimeout(() => {
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
