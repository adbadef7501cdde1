import { type TimerHandle, type Welcome, wireLimits } from '@holdfast/shared';
import type { OutboxLimits } from './outbox.ts';
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

/** The state that a welcome leads to, with its limits brought within ours. */
export function liveState(link: Link, welcome: Welcome): LiveState {
  const limits: OutboxLimits = {
    batchBytes: Math.max(smallestBatchBytes, Math.min(welcome.limits.batchBytes, wireLimits.batchBytes)),
    windowBatches: welcome.limits.windowBatches,
  };
  const heartbeatTicks = Math.min(
    Math.max(1, Math.round(welcome.heartbeatMs / 1_000)),
    slowestHeartbeatTicks,
  );
  return { type: 'live', link, limits, heartbeatTicks, silentTicks: 0, ticksSincePing: 0 };
}

/** A collector that asks for less is not one: a single record might not fit. */
const smallestBatchBytes = 32_768;
const slowestHeartbeatTicks = 600;

/** A session that is to end once everything is stored. */
export interface Drain {
  readonly timer: TimerHandle;
  readonly resolve: () => void;
  /** How many connections have ended since `close` was called. */
  attempts: number;
}
