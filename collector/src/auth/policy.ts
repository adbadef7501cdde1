import { fitsPattern, type TokenScope, tokenScopes } from '@holdfast/shared';
import { done, type Outcome, refused } from '../refusal.ts';

/** What can be done here. Each route and each WebSocket names the one that it is. */
export const actions = ['log_in', 'ingest', 'read', 'operate', 'administer'] as const;
export type Action = (typeof actions)[number];

/** Who asks. */
export interface Principal {
  /** `none` is whoever has shown nothing yet. */
  readonly scope: TokenScope | 'none';
  /** The services that it may act for, as a pattern; absent for all. */
  readonly services?: string;
  /** Of the token that it came with; absent on a collector that asks for none. */
  readonly token?: { readonly id: string; readonly name: string };
  /** Of a browser that has logged in. */
  readonly session?: SessionMark;
}

export interface SessionMark {
  readonly id: string;
  /** What the page of the session sends with every change, and no other page knows. */
  readonly csrf: string;
  /** When it ends at the latest, epoch milliseconds. */
  readonly endsAt: number;
}

/** Whoever is about to log in. */
export const nobody: Principal = { scope: 'none' };

/** What a scope may do. What does not stand here is refused. */
const policy: Readonly<Record<Principal['scope'], readonly Action[]>> = {
  none: ['log_in'],
  ingest: ['ingest'],
  read: ['read'],
  operate: ['read', 'operate'],
  admin: ['ingest', 'read', 'operate', 'administer'],
};
/** What reaches only the services that a token names; reading is never cut up. */
const bound: readonly Action[] = ['ingest', 'operate'];

/** Whether somebody may do something at all; to which services is asked once they are known. */
export function permitAction({ scope }: Principal, action: Action): Outcome<undefined> {
  if (policy[scope].includes(action)) return done(undefined);
  const able = scopesThat(action).join(' or ');
  return refused('not_permitted', `a token with the scope ${scope} may not ${action}; ${able} may`);
}

/**
 * Whether somebody may do something to these services. Without any it concerns the whole fleet, and a token
 * for some of it does not reach.
 */
export function permit(
  principal: Principal,
  action: Action,
  services: readonly string[] = [],
): Outcome<undefined> {
  const allowed = permitAction(principal, action);
  const pattern = principal.services;
  if (!allowed.ok || pattern === undefined || !bound.includes(action)) return allowed;
  const outside = services.find((service) => !fitsPattern(pattern, service));
  if (services.length > 0 && outside === undefined) return allowed;
  const what = outside === undefined ? 'the whole fleet' : `the service ${outside}`;
  return refused('not_permitted', `the token is for the services ${pattern}, not for ${what}`);
}

function scopesThat(action: Action): TokenScope[] {
  return tokenScopes.filter((scope) => policy[scope].includes(action));
}
