import type { ErrorClass, GaugeName, LayerAction } from '../vocabulary/calls.ts';
import type { Attribution, ErrorSummary } from '../vocabulary/events.ts';
import type {
  BreakerState,
  FlagReason,
  FlagValue,
  HealthCheckKind,
  HealthStatus,
  ResourceKind,
} from '../vocabulary/resources.ts';
import type {
  Applied,
  BreakerOverride,
  DroppedCounts,
  FlagOverride,
  ResourceDescriptor,
} from '../wire/messages.ts';
import type { Difference } from './differences.ts';
import type { AuditEntry, FleetEvent } from './fleet.ts';

/** What a surface shows of a moment. Rates and percentiles are of the last 10 whole seconds. */
export interface FleetView {
  readonly at: number;
  readonly resources: readonly ResourceView[];
  readonly flags: readonly FlagView[];
  readonly errors: readonly ErrorView[];
  readonly agents: readonly AgentView[];
  /** Oldest first. */
  readonly events: readonly FleetEvent[];
  /** Oldest first. */
  readonly audit: readonly AuditEntry[];
}

/** A resource of a service, all its instances taken together. */
export interface ResourceView {
  /** `service/kind/name`. */
  readonly address: string;
  readonly service: string;
  readonly kind: ResourceKind;
  readonly name: string;
  readonly dependency?: string;
  readonly pipeline?: string;
  readonly config?: ResourceDescriptor['config'];
  readonly instanceCount: number;
  /** Instances that are not connected: what is said of them is old. */
  readonly staleCount: number;
  readonly breaker?: BreakerView;
  readonly health?: HealthView;
  /** In what the instances that are connected differ; absent where they are alike. */
  readonly differences?: readonly Difference[];
  readonly rates: RatesView;
  readonly gauges: Readonly<Partial<Record<GaugeName, number>>>;
  /** Calls and failures of the last minute in `sparkSlots` slots, oldest first. */
  readonly spark: { readonly calls: readonly number[]; readonly failed: readonly number[] };
  readonly lastError?: ErrorSummary;
}

export const sparkSlots = 20;
export const sparkSlotSeconds = 3;

export interface BreakerView {
  /** The worst of the instances. */
  readonly state: BreakerState;
  readonly sinceAt: number;
  /** Since when it has not been closed: from the first opening on, through all the probes that failed. */
  readonly troubledSinceAt?: number;
  /** Why it was opened first, while it is in trouble; `cause` tells the last change. */
  readonly troubleCause?: string;
  /** How many instances are in which state. */
  readonly states: Readonly<Partial<Record<BreakerState, number>>>;
  readonly untilAt?: number;
  /** In words, for instance "60 % of 10 calls failed". */
  readonly cause?: string;
  readonly error?: ErrorSummary;
  /** The person who holds it so. */
  readonly attribution?: Attribution;
  /** What desired state asks of it: of several holds the one that made it what it is. */
  readonly override?: BreakerOverride;
  /** The holds beside that one, those of single instances first; absent where there are none. */
  readonly otherOverrides?: readonly BreakerOverride[];
  /** Keys of the flags of this service that are bound to it. */
  readonly flags: readonly string[];
}

export interface HealthView {
  readonly status: HealthStatus;
  readonly checkKind: HealthCheckKind;
  readonly critical: boolean;
  readonly sinceAt: number;
  readonly message?: string;
}

export interface RatesView {
  readonly callsPerSecond: number;
  readonly rejectedPerSecond: number;
  readonly slowPerSecond: number;
  readonly retriesPerSecond: number;
  readonly fallbacksPerSecond: number;
  /** What layers did, those two among it: only what was done at all; absent where nothing was. */
  readonly actionsPerSecond?: Readonly<Partial<Record<LayerAction, number>>>;
  /** Failures and timeouts among the calls that ran; absent without calls. */
  readonly failureRatio?: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
}

export interface FlagView {
  readonly key: string;
  readonly type: 'boolean' | 'string' | 'number' | 'object';
  /** Of the instances; `mixed` where they differ. */
  readonly value: FlagValue;
  readonly mixed: boolean;
  readonly defaultValue: FlagValue;
  readonly degradedValue?: FlagValue;
  readonly reason: FlagReason;
  readonly sinceAt: number;
  readonly cause?: string;
  /** `service/circuit_breaker/name`. */
  readonly bindings: readonly string[];
  readonly services: readonly string[];
  readonly override?: FlagOverride;
  readonly instances: readonly FlagInstanceView[];
}

export interface FlagInstanceView {
  readonly service: string;
  readonly instance: string;
  readonly value: FlagValue;
  readonly reason: FlagReason;
  readonly sinceAt: number;
  readonly cause?: string;
  readonly stale: boolean;
}

/**
 * Errors that are the same to a person: of one class and one fingerprint. Those that no fingerprint is known
 * of, such as what a layer turned away, are one group a class and resource, with `at:` and its address as
 * their fingerprint.
 */
export interface ErrorView {
  readonly class: ErrorClass;
  /** `overflow` for what had to make room for others. */
  readonly fingerprint: string;
  /** The resource that saw most of them, `service/kind/name`; empty where none was counted yet. */
  readonly address: string;
  /** Of `places`, by name. */
  readonly services: readonly string[];
  /** The resources that saw them, those with most first; at most `fleetLimits.errorPlaces`. */
  readonly places: readonly { readonly address: string; readonly total: number }[];
  /** How many were seen at further resources; absent where all are in `places`. */
  readonly elsewhereTotal?: number;
  /** Since `firstAt`. A group is forgotten once it has not been seen for `fleetLimits.errorsForMs`. */
  readonly total: number;
  /** In the last 60 seconds. */
  readonly lastMinute: number;
  /** In the present minute of the clock and the 59 before it. */
  readonly lastHour: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** The newest. */
  readonly sample?: ErrorSummary;
}

export interface AgentView {
  readonly service: string;
  readonly instance: string;
  readonly epoch: string;
  readonly version?: string;
  readonly environment?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly agentVersion: string;
  readonly connected: boolean;
  /** Whether the collector, which was gone itself, still waits for it; absent where it does not. */
  readonly awaited?: boolean;
  readonly connectionSinceAt: number;
  readonly startedAt: number;
  readonly lastSeenAt: number;
  readonly clockOffsetMs: number;
  /** How much it had to leave out since its start: all of it, and by `what/why`. */
  readonly droppedCount: number;
  readonly dropped: DroppedCounts;
  /**
   * How far what is stored of it is behind: how old the newest of what was stored last was then, in whole
   * seconds. 0 while it keeps up.
   */
  readonly lagMs: number;
  /** The version of desired state that it works by, and the present one. */
  readonly appliedVersion: number;
  readonly desiredVersion: number;
  /** What of desired state it could not apply; absent where it could all. */
  readonly problems?: Applied['problems'];
  /** How many of its runs ended without a good-bye, that of now too while it is lost. */
  readonly uncleanEndCount: number;
  readonly lastUncleanEndAt?: number;
}
