/** How a reader of `/api/v1/live` stands to the collector. `attempt` counts the tries since it last stood. */
export type LiveConnection =
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'open' }
  /** Tries again by itself at `retryAt`, by the monotonic clock. */
  | { readonly state: 'waiting'; readonly attempt: number; readonly retryAt: number };

/** Whether what a screen shows can be trusted. */
export type Freshness =
  /** Nothing has arrived yet. */
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'live'; readonly ageMs: number }
  /** The data is old. `retryInMs` is absent while a try is under way or the feed has merely paused. */
  | {
      readonly state: 'stale';
      readonly ageMs: number;
      readonly isConnected: boolean;
      readonly retryInMs?: number;
    };

/** A feed that pauses longer than this is called stale, though its connection stands. */
export const staleAfterMs = 3_000;

export interface FreshnessInput {
  readonly connection: LiveConnection;
  /** When the last message came, monotonic; `undefined` before the first. */
  readonly heardAt: number | undefined;
  /** Now, monotonic. */
  readonly monotonic: number;
}

export function freshnessOf({ connection, heardAt, monotonic }: FreshnessInput): Freshness {
  if (heardAt === undefined) {
    return { state: 'connecting', attempt: attemptOf(connection) };
  }
  const ageMs = Math.max(0, monotonic - heardAt);
  if (connection.state === 'open') {
    return ageMs <= staleAfterMs ? { state: 'live', ageMs } : { state: 'stale', ageMs, isConnected: true };
  }
  if (connection.state === 'connecting') return { state: 'stale', ageMs, isConnected: false };
  const retryInMs = Math.max(0, connection.retryAt - monotonic);
  return { state: 'stale', ageMs, isConnected: false, retryInMs };
}

/** The number of the try that is under way, or comes next. */
function attemptOf(connection: LiveConnection): number {
  if (connection.state === 'open') return 0;
  return connection.state === 'waiting' ? connection.attempt + 1 : connection.attempt;
}
