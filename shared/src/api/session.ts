import type { TokenScope } from './tokens.ts';

/** Who asks, as `/api/v1/session` tells. */
export interface SessionView {
  /** What lets them in: nothing, where nobody is asked; a token; or that a browser has logged in. */
  readonly by: 'nothing' | 'token' | 'session';
  readonly scope: TokenScope;
  /** Of the token; absent for nothing, and for the one of `HOLDFAST_TOKEN`. */
  readonly name?: string;
  /** The services that may be acted on, `*` standing for any letters; absent for all. */
  readonly services?: string;
  /** Of a session: to be sent as `X-CSRF` with whatever changes something. */
  readonly csrf?: string;
  /** Of a session: when it ends at the latest, epoch milliseconds. */
  readonly endsAt?: number;
}

/** What logs a browser in, once. */
export interface LoginCode {
  readonly code: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** What opens one socket of a browser that has logged in. */
export interface SocketTicket {
  readonly ticket: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Stands before a ticket among the subprotocols that a browser offers; the collector never answers it. */
export const ticketSubprotocol = 'holdfast.ticket.';

/** Stands before a code in the fragment of the page's address, which no server ever sees. */
export const loginFragment = 'login=';
