import type { AgentMessage, Applied, Clock, DesiredState, Hello } from '@holdfast/shared';
import type { Recorder } from '../telemetry/recorder.ts';
import type { CollectorClock } from './collector-clock.ts';
import type { Outbox } from './outbox.ts';
import type { SessionState } from './session-state.ts';

/** How an agent speaks with its collector: over a connection that it holds, or by requests. Never throws. */
export interface Conversation {
  readonly state: SessionState['type'];
  /** Why the collector is not reached, in words. */
  readonly problem: string | undefined;
  start(): void;
  /** Sends what waits, soon. */
  flushSoon(): void;
  /** Sends what waits now; resolves once it is stored, the time is over, or there is no hope. */
  flush(deadlineMs: number): Promise<void>;
  /** Sends a message that needs no acknowledgement. */
  send(message: AgentMessage): void;
  /** Sends everything, waits until it is stored or the time is over, and ends. */
  close(timeoutMs: number): Promise<void>;
  /** The process ends now; `isClean` where it ended by itself. */
  flushAtExit(isClean: boolean): void;
}

export interface ConversationOptions {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly outbox: Outbox;
  readonly collectorClock: CollectorClock;
  /** What `hello` says of this process, by the time it is sent. */
  readonly greet: () => Omit<Hello, 'type' | 'protocol' | 'first' | 'next' | 'sentAt'>;
  /**
   * Goes on as another run, where the collector has this one's numbers from somebody else. `refusedCount` is
   * how often what is held was sent and refused with that.
   */
  readonly startOver: (refusedCount: number) => void;
  /** What is given back to the collector in `hello`, as it was. */
  readonly kept: { auditHead?: string };
  readonly apply: (desired: DesiredState) => Applied;
  readonly internalError: (error: unknown) => void;
}
