import type { Connection } from '../../client/live-client.ts';

/** Whether what the screen shows can be trusted. */
export type Freshness =
  | { readonly state: 'connecting'; readonly problem: string | undefined }
  | { readonly state: 'live'; readonly ageMs: number }
  | { readonly state: 'stale'; readonly ageMs: number; readonly problem: string | undefined };

/** A collector that says nothing for longer than this is called stale, though its connection stands. */
const staleAfterMs = 3_000;

export function freshnessOf(of: {
  readonly connection: Connection;
  /** Why the connection was lost; `undefined` while it stands. */
  readonly problem: string | undefined;
  /** When the last message came, monotonic; `undefined` before the first. */
  readonly heardAt: number | undefined;
  readonly monotonic: number;
}): Freshness {
  const { connection, problem, heardAt, monotonic } = of;
  if (heardAt === undefined) return { state: 'connecting', problem };
  const ageMs = Math.max(0, monotonic - heardAt);
  const isLive = connection.state === 'open' && ageMs <= staleAfterMs;
  return isLive ? { state: 'live', ageMs } : { state: 'stale', ageMs, problem };
}
