import type { SparseHistogram } from '../histogram/histogram.ts';
import type { ErrorClass, GaugeName } from '../vocabulary/calls.ts';
import type { Attribution, ErrorSummary, ResilienceEvent } from '../vocabulary/events.ts';
import type { BreakerState, HealthCheckKind, HealthStatus } from '../vocabulary/resources.ts';
import type {
  Applied,
  DesiredState,
  DroppedCounts,
  FlagLevel,
  ResourceDescriptor,
} from '../wire/messages.ts';
import type { ControlFact, EndReason } from './log-entry.ts';
import type { RecentSeconds } from './recent-seconds.ts';

/**
 * The fold of the log. The state owns its maps and lists and alters them in place; whoever needs the state
 * of another moment folds again from the log (or a snapshot) up to there.
 */
export interface Fleet {
  /** The id of the last log entry in it. */
  lastEntryId: number;
  /** By `service@instance`. */
  instances: Map<string, Instance>;
  desired: DesiredState;
  /** The newest entries, oldest first, at most `fleetLimits.audit`. */
  audit: AuditEntry[];
  /** The newest events, oldest first, at most `fleetLimits.events`. */
  events: FleetEvent[];
  /**
   * By class and fingerprint, the one that was counted last at the end; at most `fleetLimits.errorGroups`,
   * and one of each class for what had to make room.
   */
  errors: Map<string, ErrorGroup>;
  /** Batches refused since the log began, and batches lost to gaps. */
  refusedCount: number;
  gapCount: number;
}

/**
 * `lostForMs`: how long an instance that went without a word is still shown. `errorsForMs`: how long a group
 * of errors that no longer come. `errorPlaces`: of how many resources a group tells its count at each.
 * `errorSlots`: of how many minutes, and seconds.
 */
export const fleetLimits = {
  events: 500,
  audit: 200,
  recentSeconds: 60,
  errorGroups: 500,
  errorPlaces: 20,
  errorSlots: 60,
  errorsForMs: 2_592_000_000,
  lostForMs: 900_000,
} as const;

export interface Instance {
  service: string;
  instance: string;
  epoch: string;
  version: string | undefined;
  environment: string | undefined;
  tags: Readonly<Record<string, string>>;
  agentVersion: string;
  startedAt: number;
  connected: boolean;
  /** Since when it is (dis)connected. */
  connectionSinceAt: number;
  /** Why it is not connected, where that is not because its connection was cut. */
  endReason?: EndReason | undefined;
  lastSeenAt: number;
  /** What to add to the agent's clock to get the collector's. */
  clockOffsetMs: number;
  dropped: DroppedCounts;
  /** How old the newest of what was stored last was when it was stored. */
  lagMs: number;
  /** The version of desired state that it works by, and what of it it could not apply. */
  appliedVersion: number;
  problems: Applied['problems'];
  /** How many runs before this one ended without a good-bye, and when the last of them did. */
  uncleanEndCount: number;
  lastUncleanEndAt: number | undefined;
  /** By their number in the dictionary of the present epoch. */
  resources: Resource[];
  /** The same, and those of an earlier epoch that have not been introduced again. */
  byAddress: Map<string, Resource>;
  flags: Map<string, FlagLevel>;
}

export interface Resource {
  descriptor: ResourceDescriptor;
  /** `service/kind/name`. */
  address: string;
  breaker: BreakerCondition | undefined;
  health: HealthCondition | undefined;
  gauges: Partial<Record<GaugeName, number>>;
  recent: RecentSeconds;
  lastError: ErrorSummary | undefined;
}

export interface BreakerCondition {
  state: BreakerState;
  sinceAt: number;
  /** Since when it has not been closed: from the first opening on, through all the probes that failed. */
  troubledSinceAt: number | undefined;
  /** Why it was opened first, while it is in trouble. */
  troubleCause: string | undefined;
  untilAt: number | undefined;
  cause: string | undefined;
  failureRatio: number | undefined;
  error: ErrorSummary | undefined;
  attribution: Attribution | undefined;
}

export interface HealthCondition {
  status: HealthStatus;
  kind: HealthCheckKind;
  critical: boolean;
  sinceAt: number;
  message: string | undefined;
}

/** What a resource did in a second. */
export interface RecentSecond {
  readonly second: number;
  /** By `countColumns`. */
  readonly counts: readonly number[];
  readonly latency: SparseHistogram;
}

/** Errors that are the same to a person, of the whole fleet. */
export interface ErrorGroup {
  readonly class: ErrorClass;
  readonly fingerprint: string;
  total: number;
  firstAt: number;
  lastAt: number;
  /** The newest. */
  sample: ErrorSummary | undefined;
  /** The resources that saw them, at most `fleetLimits.errorPlaces`, in the order in which they first did. */
  places: { readonly address: string; total: number }[];
  /** How many were seen at other resources than those. */
  elsewhereTotal: number;
  /** Minute (epoch minutes) and count in turn, ascending, of the last `fleetLimits.errorSlots`. */
  minutes: number[];
  /** The same of seconds. */
  recent: number[];
}

/** An event with the place where it happened in words, and on the collector's clock. */
export interface FleetEvent {
  readonly id: string;
  readonly at: number;
  readonly service: string;
  readonly instance: string;
  /** `service/kind/name`; absent for what concerns the instance or a flag. */
  readonly address?: string;
  readonly event: ResilienceEvent | ConnectionEvent;
}

/** What the collector itself sees of an agent, or learns from it of its own audit list. */
export const connectionKinds = [
  'agent.connected',
  'agent.lost',
  'agent.awaited',
  'agent.refused',
  'agent.gap',
  'audit.forked',
] as const;
export interface ConnectionEvent {
  readonly kind: (typeof connectionKinds)[number];
  readonly at: number;
  /** Of `agent.lost`. */
  readonly why?: EndReason;
  readonly detail?: string;
}

export interface AuditEntry extends Omit<ControlFact, 'type' | 'flag' | 'breaker'> {
  readonly id: number;
  readonly at: number;
}
