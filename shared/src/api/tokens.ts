import type { Surface } from '../state/log-entry.ts';

/**
 * What a token allows: `ingest` sends as an agent of the services it names, `read` sees everything, `operate`
 * also turns flags and breakers (of the services it names, where it names any), `admin` does all of it.
 */
export const tokenScopes = ['ingest', 'read', 'operate', 'admin'] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** A token as lists show it; the secret itself is shown once, when it is made. */
export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  /** The services that it is for, `*` standing for any letters; absent for all. */
  readonly services?: string;
  /** Epoch milliseconds, as all times here. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly lastUsedAt?: number;
  readonly revokedAt?: number;
  /** How often an agent came with it in the name of a service that it is not for. */
  readonly refusedCount: number;
}

export interface CreateTokenRequest {
  readonly scope: TokenScope;
  readonly name: string;
  readonly services?: string;
  /** Milliseconds, by `tokenLimits`. */
  readonly expiresInMs?: number;
  readonly by: string;
  readonly via: Surface;
}

export interface CreateTokenAnswer {
  /** The token itself. It cannot be shown again. */
  readonly token: string;
  readonly view: TokenView;
}

export interface RevokeTokenRequest {
  readonly by: string;
  readonly via: Surface;
  readonly reason?: string;
}

/** `livePerName`: the old and the new one while a name's token is rotated. */
export const tokenLimits = {
  defaultForMs: 7_776_000_000,
  minForMs: 60_000,
  maxForMs: 31_622_400_000,
  livePerName: 2,
  live: 1_000,
} as const;
