import { type TimerHandle, type Welcome, wireLimits } from '@holdfast/shared';
import type { Outbox, OutboxLimits } from './outbox.ts';
import type { Deflate } from '../transport/deflate.ts';
import type { Link } from './transport.ts';

/** Where the conversation with the collector stands; each state holds what only it needs. */
export type SessionState =
  | { readonly type: 'idle' }
  | { readonly type: 'connecting'; readonly link: Link; readonly timer: TimerHandle }
  | {
      readonly type: 'greeting';
      readonly link: Link;
      readonly timer: TimerHandle;
      /** When `hello` left, epoch milliseconds. */
      readonly helloAt: number;
    }
  | LiveState
  | {
      readonly type: 'waiting';
      readonly timer: TimerHandle;
      /** False where the collector itself said when to come back. */
      readonly mayHurry: boolean;
    }
  | { readonly type: 'closed' };

export interface LiveState {
  readonly type: 'live';
  readonly link: Link;
  readonly limits: OutboxLimits;
  /** Whether the collector takes deflated batches. */
  readonly takesDeflated: boolean;
  /** In ticks of a second. */
  readonly heartbeatTicks: number;
  silentTicks: number;
  ticksSincePing: number;
}

/** The link of a state that has one. */
export function linkOf(state: SessionState): Link | undefined {
  return 'link' in state ? state.link : undefined;
}

/** Ends what a state was waiting for. */
export function cancelTimer(state: SessionState): void {
  if ('timer' in state) state.timer.cancel();
}

/** The state that a welcome leads to. */
export function liveState(link: Link, welcome: Welcome): LiveState {
  const limits = limitsWithin(welcome.limits);
  const heartbeatTicks = Math.min(
    Math.max(1, Math.round(welcome.heartbeatMs / 1_000)),
    slowestHeartbeatTicks,
  );
  const takesDeflated = welcome.caps?.includes('deflate') ?? false;
  return { type: 'live', link, limits, takesDeflated, heartbeatTicks, silentTicks: 0, ticksSincePing: 0 };
}

/** Seals what waits, and sends what this connection has not carried yet, as far as the socket takes it. */
export function sendSealed(live: LiveState, { outbox, deflate }: Sending): void {
  outbox.seal(live.limits);
  outbox.send((frame) => {
    if (live.link.bufferedBytes > live.limits.batchBytes) return false; // the socket is slow: keep it here
    sendBatch(live, frame, deflate);
    return true;
  });
}

interface Sending {
  readonly outbox: Outbox;
  readonly deflate?: Deflate | undefined;
}

/** Sends a batch, smaller where both sides can do that. */
export function sendBatch({ link, takesDeflated }: LiveState, frame: Uint8Array, deflate?: Deflate): void {
  const deflated = takesDeflated ? deflate?.(frame) : undefined;
  if (deflated === undefined || link.sendDeflated === undefined) link.send(frame);
  else link.sendDeflated(deflated);
}

/** The collector's limits, brought within ours. */
export function limitsWithin({ batchBytes, windowBatches }: OutboxLimits): OutboxLimits {
  const bytes = Math.max(smallestBatchBytes, Math.min(batchBytes, wireLimits.batchBytes));
  return { batchBytes: bytes, windowBatches };
}

/**
 * Another second without a word: what is wrong by now, in words, or that it is time to `ping`. Only ticks
 * count as silence: a process that was blocked for a while could not have heard anything.
 */
export function silenceOf(live: LiveState, waitedTicks: number): string | undefined {
  live.silentTicks += 1;
  live.ticksSincePing += 1;
  if (live.silentTicks > 2 * live.heartbeatTicks) return `silent for ${live.silentTicks} s`;
  if (waitedTicks > maxWaitTicks) return `no acknowledgement for ${waitedTicks} s`;
  if (live.ticksSincePing < live.heartbeatTicks) return undefined;
  live.ticksSincePing = 0;
  return 'ping';
}

const maxWaitTicks = 10;
/** A collector that asks for less is not one: a single record might not fit. */
const smallestBatchBytes = 32_768;
const slowestHeartbeatTicks = 600;
