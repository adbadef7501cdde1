import type { FlagValue } from '../vocabulary/resources.ts';
import type {
  AgentIdentity,
  Applied,
  Batch,
  BreakerOverride,
  DictionaryAddition,
  FlagOverride,
  Hello,
} from '../wire/messages.ts';

/**
 * Every fact that the collector keeps, in the order in which it became durable. The present state, the
 * minutes and any past state are folds of these.
 */
export type LogEntry = {
  readonly id: number;
  /** When the collector took it, epoch milliseconds by the collector's clock. */
  readonly at: number;
} & LogFact;

export type LogFact =
  | { readonly type: 'connected'; readonly hello: Hello }
  | {
      readonly type: 'disconnected';
      readonly agent: AgentIdentity;
      readonly clean: boolean;
      /** What is known of an end without a good-bye, beside that a connection was cut. */
      readonly why?: EndReason;
    }
  | { readonly type: 'dictionary'; readonly agent: AgentIdentity; readonly dictionary: DictionaryAddition }
  | { readonly type: 'batch'; readonly agent: AgentIdentity; readonly batch: Batch }
  /** Batches that can never arrive: the collector was restored to an earlier day. */
  | { readonly type: 'gap'; readonly agent: AgentIdentity; readonly from: number; readonly to: number }
  /** A batch that was refused, with the reason; its bytes are kept apart. */
  | {
      readonly type: 'refused';
      readonly agent: AgentIdentity;
      readonly seq: number;
      readonly problem: string;
    }
  /** What an agent could do of desired state. */
  | ({ readonly type: 'applied'; readonly agent: AgentIdentity } & Pick<Applied, 'version' | 'problems'>)
  | ControlFact;

/**
 * `collector_gone`: the collector itself was gone, and awaits the agent. `not_back`: it has waited long
 * enough. `past`: an earlier process ended so long ago, and what it had left on disk is stored.
 */
export type EndReason = 'collector_gone' | 'not_back' | 'past';

export const auditActions = [
  'flag.set',
  'flag.cleared',
  'flag.expired',
  'breaker.held_open',
  'breaker.disabled',
  'breaker.closed',
  'breaker.released',
  'breaker.expired',
  'token.created',
  'token.revoked',
  'agent.refused',
  'audit.forked',
] as const;
export type AuditAction = (typeof auditActions)[number];

export const surfaces = ['web', 'tui', 'cli', 'api', 'collector'] as const;
/** Where a person acted; `collector` where an expiry did. */
export type Surface = (typeof surfaces)[number];

/** A person's act, or its expiry: who, when, what, from what to what, and why. */
export interface ControlFact {
  readonly type: 'control';
  /** The version of desired state that this makes; 0 where it makes none. */
  readonly version: number;
  readonly action: AuditAction;
  /**
   * A flag's key, or a breaker's address `service/name`, or `service@instance/name`; a token's name, or the
   * service that an agent claimed to be; `service@instance` of an agent that holds another audit list.
   */
  readonly target: string;
  readonly from: FlagValue | null;
  readonly to: FlagValue | null;
  readonly by: string;
  readonly via: Surface;
  /** Empty where none was given. */
  readonly reason: string;
  readonly expiresAt?: number;
  /** What desired state holds for the target from now on; `null` for nothing. */
  readonly flag?: FlagOverride | null;
  readonly breaker?: BreakerOverride | null;
}
