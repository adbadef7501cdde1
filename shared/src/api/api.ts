import type { AuditEntry } from '../state/fleet.ts';
import type { Surface } from '../state/log-entry.ts';
import type { FlagView, ResourceView } from '../state/views.ts';
import type { ErrorClass } from '../vocabulary/calls.ts';
import type { FlagValue } from '../vocabulary/resources.ts';
import type { CountColumn } from '../wire/rollups.ts';

export interface ListAnswer<T> {
  readonly items: readonly T[];
  /** Give it as `cursor` to go on; absent at the end. */
  readonly nextCursor?: string;
  /** The moment that it is of, epoch milliseconds; absent where it is of now. */
  readonly at?: number;
}

/** One resource with every call that was ever counted for it. */
export interface ResourceAnswer extends ResourceView {
  readonly totals: Readonly<Partial<Record<CountColumn, number>>>;
  /** The version of desired state that it is of, for `If-Match`; absent where it is of a past moment. */
  readonly desiredVersion?: number;
  /** The moment that it is of, epoch milliseconds; absent where it is of now. */
  readonly at?: number;
}

/** One flag. */
export interface FlagAnswer extends FlagView {
  /** The version of desired state that it is of, for `If-Match`; absent where it is of a past moment. */
  readonly desiredVersion?: number;
  /** The moment that it is of, epoch milliseconds; absent where it is of now. */
  readonly at?: number;
}

/** Columns of equal length, one place a step. `null` where nothing is known. */
export interface SeriesAnswer {
  readonly address: string;
  readonly stepSeconds: number;
  /** Epoch milliseconds of each step's start, ascending. */
  readonly at: readonly number[];
  readonly success: readonly number[];
  readonly failure: readonly number[];
  readonly timeout: readonly number[];
  readonly rejected: readonly number[];
  readonly ignored: readonly number[];
  readonly cancelled: readonly number[];
  readonly slow: readonly number[];
  readonly late: readonly number[];
  readonly retries: readonly number[];
  /** Errors by class; only of those that were counted. */
  readonly errors: Readonly<Partial<Record<ErrorClass, readonly number[]>>>;
  readonly p50Ms: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
  /** Of a breaker or a health check: its states, instance by instance. */
  readonly lanes: readonly StateLane[];
  /** From when on the lanes tell all; absent where they do from the beginning. */
  readonly lanesSince?: number;
}

/** Which states a resource of one instance was in. Where nothing is known, as while it was lost, is a gap. */
export interface StateLane {
  readonly instance: string;
  /** Ascending. Each change stands at its very moment, so that no state is too short to show. */
  readonly segments: readonly LaneSegment[];
}

export interface LaneSegment {
  /** `summarised` where an agent that could not send each change summed them up, see `changeCount`. */
  readonly state: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
  /** How often the state changed from `from` to `until`; only of what is summarised. */
  readonly changeCount?: number;
}

interface Act {
  readonly by: string;
  readonly via: Surface;
  /** Absent or empty where none is given. */
  readonly reason?: string;
}

export interface SetFlagRequest extends Act {
  readonly value: FlagValue;
  /** By `overrideLimits`. */
  readonly forMs?: number;
}

export interface SetBreakerRequest extends Act {
  readonly state: 'forced_open' | 'disabled' | 'closed';
  readonly forMs?: number;
  /** Only this instance; all of the service without it. */
  readonly instance?: string;
}

export interface ReleaseRequest extends Act {
  readonly instance?: string;
}

export interface ActAnswer {
  readonly audit: AuditEntry;
}

/** Whether the audit list is as it was written. */
export interface AuditVerification {
  /** How many rows are as written, up to where it is broken. */
  readonly rowCount: number;
  /** `ID:HASH` of the last good row. Kept elsewhere it shows later whether rows were cut off since. */
  readonly head: string;
  /** The first row that is not as written; absent where all are. */
  readonly brokenAt?: number;
  readonly problem?: string;
  /**
   * Heads that agents held and that were not in this list, told since the row of the given head; absent where
   * there are none.
   */
  readonly forks?: readonly AuditFork[];
}

export interface AuditFork {
  /** The row that tells of it, and when it was written, epoch milliseconds. */
  readonly id: number;
  readonly at: number;
  /** `service@instance` that held it first. */
  readonly agent: string;
  /** `ID:HASH` that it held. */
  readonly head: string;
}

/** RFC 9457. `nearest` holds names that may have been meant. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly field?: string;
  readonly nearest?: readonly string[];
}

/**
 * How long an override holds: 15 minutes where nothing is said, a second at least, 30 days at most.
 * `choicesMs` are what page and terminal offer; `reasonLength` is in characters.
 */
export const overrideLimits = {
  defaultForMs: 900_000,
  minForMs: 1_000,
  maxForMs: 2_592_000_000,
  choicesMs: [300_000, 900_000, 3_600_000, 14_400_000, 86_400_000],
  reasonLength: 512,
} as const;
