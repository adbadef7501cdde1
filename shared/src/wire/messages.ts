import type { ErrorClass } from '../vocabulary/calls.ts';
import type { Attribution, ErrorSummary, ResilienceEvent } from '../vocabulary/events.ts';
import type {
  BreakerState,
  FlagReason,
  FlagValue,
  HealthCheckKind,
  HealthStatus,
  ResourceKind,
} from '../vocabulary/resources.ts';
import type { RollupRows } from './rollup-rows.ts';
import type { RollupColumns } from './rollups.ts';

/** What identifies a running agent. A new `epoch` is drawn at each process start. */
export interface AgentIdentity {
  readonly service: string;
  readonly instance: string;
  readonly epoch: string;
}

/** A resource as the agent introduces it once, with the number that rollups and events then use. */
export interface ResourceDescriptor {
  readonly kind: ResourceKind;
  readonly name: string;
  /** The pipeline that it is a part of. */
  readonly pipeline?: string;
  /** What it protects the service from. */
  readonly dependency?: string;
  /** The options in force, for people to read. */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
}

export interface DictionaryAddition {
  /** The number of the first of `add`. */
  readonly from: number;
  readonly add: readonly ResourceDescriptor[];
}

export interface BreakerLevel {
  readonly resource: number;
  readonly state: BreakerState;
  readonly sinceAt: number;
  readonly untilAt?: number;
  readonly cause?: string;
  readonly failureRatio?: number;
  readonly error?: ErrorSummary;
  readonly attribution?: Attribution;
}

export interface HealthLevel {
  readonly resource: number;
  readonly status: HealthStatus;
  readonly kind: HealthCheckKind;
  readonly critical: boolean;
  readonly sinceAt: number;
  readonly message?: string;
}

export interface FlagLevel {
  readonly flag: string;
  readonly value: FlagValue;
  readonly defaultValue: FlagValue;
  readonly degradedValue?: FlagValue;
  readonly reason: FlagReason;
  readonly sinceAt: number;
  readonly cause?: string;
  /** What degrades it: `circuit_breaker/NAME` of the same service. */
  readonly bindings: readonly string[];
}

/** Present levels: edge events alone would leave a reader wrong after a loss. */
export interface Levels {
  /** True after each connect: what is not in it is no longer there. */
  readonly complete: boolean;
  readonly breakers: readonly BreakerLevel[];
  readonly health: readonly HealthLevel[];
  readonly flags: readonly FlagLevel[];
}

/**
 * How much an agent had to leave out since its start, by what and why. Cumulative, so a repeat does no
 * harm.
 */
export type DroppedCounts = Readonly<Record<string, number>>;

/** How often a resource saw one kind of error since it was last told. The rollups count these errors too. */
export interface ErrorTally {
  readonly resource: number;
  readonly class: ErrorClass;
  readonly fingerprint: string;
  readonly count: number;
  /** When the first and the last of them came. */
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface Hello extends AgentIdentity {
  readonly type: 'hello';
  readonly protocol: 1;
  readonly version?: string;
  readonly environment?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly agentVersion: string;
  /** The lowest sequence number that the agent still holds; `next` when it holds none. */
  readonly first: number;
  /** The next sequence number that it will use. */
  readonly next: number;
  readonly desiredVersion: number;
  /** What it could do beside what every agent does: `deflate`. */
  readonly caps?: readonly string[];
  readonly startedAt: number;
  readonly sentAt: number;
  /** Whether somebody speaks for a run that has ended: no batch comes after `next` - 1. Default false. */
  readonly past?: boolean;
  /** The last `auditHead` that it was told, as it was; for the collector to look whether it still holds. */
  readonly auditHead?: string;
}

export interface Batch {
  readonly type: 'batch';
  readonly seq: number;
  readonly sealedAt: number;
  readonly dictionary?: DictionaryAddition;
  readonly levels?: Levels;
  readonly events: readonly ResilienceEvent[];
  readonly rollups?: RollupColumns;
  /** Stands in place of `rollups` where the collector has read them straight from the frame. */
  readonly rows?: RollupRows;
  readonly errors?: readonly ErrorTally[];
  readonly dropped?: DroppedCounts;
}

/** Introduces again what the collector no longer knows, ahead of batches that are sent again. */
export interface DictionaryMessage extends DictionaryAddition {
  readonly type: 'dictionary';
}

export interface Applied {
  readonly type: 'applied';
  readonly version: number;
  readonly problems: readonly { readonly target: string; readonly problem: string }[];
}

export type AgentMessage =
  | Hello
  | Batch
  | DictionaryMessage
  | Applied
  | { readonly type: 'ping'; readonly sentAt: number }
  | { readonly type: 'bye'; readonly last: number };

/** A flag value that a person has set. */
export interface FlagOverride extends Attribution {
  readonly key: string;
  readonly value: FlagValue;
  readonly setAt: number;
  readonly expiresAt: number;
}

/**
 * A breaker state that a person has asked for. `forced_open` and `disabled` hold until they expire or are
 * released; `closed` happens once to each instance that has not yet seen this `id`.
 */
export interface BreakerOverride extends Attribution {
  readonly id: string;
  readonly service: string;
  readonly instance?: string;
  readonly name: string;
  readonly state: 'forced_open' | 'disabled' | 'closed';
  readonly setAt: number;
  readonly expiresAt: number;
}

/** All that people have asked for, whole, at a version. */
export interface DesiredState {
  readonly version: number;
  readonly flags: readonly FlagOverride[];
  readonly breakers: readonly BreakerOverride[];
}

/** What an agent may be asked to send less of. What changes a state is never among it. */
export type ThrottledClass = 'sample' | 'rollup';

/** For how many milliseconds, by class: samples are left out and counted, rollups come once a minute. */
export type Throttles = Readonly<Partial<Record<ThrottledClass, number>>>;

/** How many agents would come back after an end, and how many of them a second are welcome. */
export interface Spread {
  readonly agents: number;
  readonly perSecond: number;
}

export interface Welcome {
  readonly type: 'welcome';
  /** The highest sequence number of this epoch that is durably stored; 0 for none. */
  readonly stored: number;
  /** How many resources of this epoch the collector knows. */
  readonly dictionarySize: number;
  readonly limits: { readonly batchBytes: number; readonly windowBatches: number };
  readonly heartbeatMs: number;
  /** Those of the hello that may be used. */
  readonly caps?: readonly string[];
  readonly now: number;
  readonly throttles?: Throttles;
  readonly spread?: Spread;
  /** `ID:HASH` of the newest row of the audit list; absent while there is none. */
  readonly auditHead?: string;
  /** Absent where the agent already holds this version. */
  readonly desired?: DesiredState;
}

/** What is answered to a request that brings a hello and batches: the welcome after them. */
export interface IngestAnswer extends Omit<Welcome, 'type' | 'heartbeatMs' | 'caps' | 'spread'> {
  /** What was not taken as it came. A batch that is named here is stored apart and not to be sent again. */
  readonly problems: readonly IngestProblem[];
}
export interface IngestProblem {
  readonly seq?: number;
  readonly problem: string;
}

export type CollectorMessage =
  | Welcome
  | { readonly type: 'ack'; readonly stored: number; readonly throttles?: Throttles }
  | { readonly type: 'desired'; readonly desired: DesiredState }
  | {
      readonly type: 'refused';
      readonly problem: string;
      readonly seq?: number;
      /** The numbers of this epoch are taken: the agent has to go on as another run. */
      readonly drawEpoch?: boolean;
    }
  | {
      readonly type: 'pong';
      readonly sentAt: number;
      readonly now: number;
      readonly spread?: Spread;
      /** As in the welcome. */
      readonly auditHead?: string;
    }
  | { readonly type: 'goaway'; readonly reconnectAfterMs: number; readonly reason: string };
