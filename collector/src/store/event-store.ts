import type {
  AgentIdentity,
  AuditEntry,
  AuditVerification,
  FleetEvent,
  LogEntry,
  LogFact,
} from '@holdfast/shared';
import type { ChainHead } from './audit-chain.ts';
import type { StoredToken, TokenStore } from './token-table.ts';

/**
 * Where the log lives, and what is derived from it. SQLite stands behind it here; a collector that is one of
 * many can put a database server there without a change above it.
 */
export interface EventStore {
  /** Why nothing can be stored now, for people; `undefined` while all is well. */
  readonly problem: string | undefined;
  /** Calls the listener each time the disk has become full: room can then be made. */
  onFull(listener: () => void): void;
  readonly tokens: TokenStore;
  /** The highest sequence number of this run of the agent that is durable; 0 for none. */
  storedOf(agent: AgentIdentity): Promise<number>;
  /**
   * Makes all of them durable in one transaction, with the agents' watermarks, and returns their ids in
   * order. `meanwhile` is called where the disk is waited for and nothing else; it must not throw.
   */
  append(entries: readonly NewEntry[], meanwhile?: () => void): Promise<readonly number[]>;
  /** The entries behind an id, ascending. */
  readFrom(id: number): AsyncIterable<LogEntry>;

  load(): Promise<Saved>;
  /** Adds a part of what was derived since the flush before, and notes that it did. */
  saveSlices(step: SliceStep): Promise<void>;
  /**
   * Adds the rest of what was derived since the flush before, and how far the log is folded with it, in one
   * transaction.
   */
  save(flush: Flush): Promise<void>;
  /** Forgets all that is derived, and returns where folding begins anew. */
  clear(): Promise<Saved>;
  /** The newest base from which the state of a moment can be folded; none: from the log's beginning. */
  baseFor(at: number): Promise<Base | undefined>;
  /** The first moment of which the state can be told, epoch milliseconds; `undefined` while there is none. */
  pastBeginsAt(): Promise<number | undefined>;

  slices(query: SliceQuery): Promise<readonly Slice[]>;
  /** The saved seconds of some resources from a minute on: of each in turn, ascending by minute. */
  secondsSince(resources: readonly SecondsQuery[]): Promise<readonly PlacedSeconds[]>;
  /** Newest first. */
  events(query: PageQuery): Promise<readonly FleetEvent[]>;
  /** What changed the state of a resource, and what the agents of its service did, in no order. */
  stateEvents(query: StateQuery): Promise<readonly FleetEvent[]>;
  /** Newest first. */
  audit(query: PageQuery): Promise<readonly AuditEntry[]>;
  /** By `eventNumber`; `undefined` where it is not saved. */
  event(number: number): Promise<FleetEvent | undefined>;
  auditEntry(id: number): Promise<AuditEntry | undefined>;
  /** `ID:HASH` of the newest row of the audit that is durable; `undefined` while there is none. */
  auditHead(): string | undefined;
  /** Whether the audit leads through a head that somebody kept; `told` where a row says already that not. */
  placeOfHead(head: ChainHead): Promise<'fits' | 'forked' | 'told'>;
  /** Looks whether the audit is as it was written, and leads through a head that somebody kept. */
  verifyAudit(known?: ChainHead): Promise<AuditVerification>;

  /** Adds up the parts of the hours that ended before a moment, epoch milliseconds, until told to stop. */
  compact(before: number, signal?: AbortSignal): Promise<void>;
  /**
   * Removes what is older than asked, in steps small enough that commits fit between them, until told to
   * stop.
   */
  expire(cutoffs: Cutoffs, signal?: AbortSignal): Promise<void>;
  /** What the data takes, bytes; what was removed is not counted, as new data goes into its place. */
  usedBytes(): Promise<number>;
  close(): Promise<void>;
}

export interface NewEntry {
  /** When the collector took it, epoch milliseconds. */
  readonly at: number;
  readonly fact: LogFact;
  /** The bytes as they came: of a batch they are its log entry, of a refused frame they are kept apart. */
  readonly frame?: Uint8Array;
  /** The token that the fact makes or ends, written with it. */
  readonly token?: StoredToken;
}

/** What a start goes on from. */
export interface Saved {
  /** The fleet as it was at an entry, as `snapshotOf` gave it, in JSON. Absent: begin with an empty one. */
  readonly snapshot?: { readonly id: number; readonly fleet: string };
  /** The entry up to which totals, minutes, events and audit are derived; that of the snapshot. */
  readonly folded: number;
  /** Counters by `countColumns` for each address. */
  readonly totals: readonly Total[];
  /**
   * When the newest snapshot was made that begins with totals of its own, so that the log before it may go.
   */
  readonly baseAt: number;
  /** Its entry. */
  readonly baseId: number;
  /** True where another version of the fold wrote what is derived. */
  readonly isOutdated: boolean;
  /** A save of which only the first parts are stored. It has to be ended before the next. */
  readonly begun?: BegunSave;
}

export interface BegunSave {
  /** The entry up to which it goes. */
  readonly folded: number;
  readonly parts: number;
  readonly savedParts: number;
}

/** The folds as they were at an entry. */
export interface Base {
  readonly id: number;
  readonly at: number;
  /** `snapshotOf` in JSON. */
  readonly fleet: string;
  readonly totals: readonly Total[];
}

export interface Total {
  readonly address: string;
  readonly counts: readonly number[];
}

export interface Flush {
  readonly folded: number;
  readonly at: number;
  /** `snapshotOf` in JSON. */
  readonly fleet: string;
  /** The totals that changed. */
  readonly totals: readonly Total[];
  /** Every total, where this snapshot shall be one that the log can be cut behind. */
  readonly base?: readonly Total[];
  /** Those that no step has saved. */
  readonly slices: readonly (Slice & { readonly address: string; readonly instance: string })[];
  readonly events: readonly FleetEvent[];
  readonly audit: readonly AuditEntry[];
}

/** A part of the slices of a flush that is to come. */
export interface SliceStep {
  /** That of the flush. */
  readonly folded: number;
  /** How many parts there are, that which the flush itself brings among them. */
  readonly parts: number;
  /** From 0 on. */
  readonly part: number;
  readonly slices: Flush['slices'];
}

/** A part of a minute of one instance's resource, in the encoding of `fold/seconds-codec.ts`. */
export interface Slice {
  /** Epoch minutes. */
  readonly minute: number;
  readonly bytes: Uint8Array;
  readonly tier: Tier;
}
/**
 * `seconds` holds a record for each active second, `minutes` the sums of a minute, `hours` those of an hour,
 * whose first minute it stands in.
 */
export const tiers = ['seconds', 'minutes', 'hours'] as const;
export type Tier = (typeof tiers)[number];

export interface SliceQuery {
  readonly tier: Tier;
  readonly address: string;
  /** The first and the last minute, both included. */
  readonly from: number;
  readonly to: number;
}

export interface SecondsQuery {
  readonly address: string;
  readonly instance: string;
  /** The first minute. */
  readonly from: number;
}
export interface PlacedSeconds {
  /** Which of the resources that were asked for. */
  readonly place: number;
  readonly minute: number;
  readonly bytes: Uint8Array;
}

export interface PageQuery {
  readonly limit: number;
  /** Only what is older than this place in the order. */
  readonly before?: Place;
  /** Only what happened at or after this moment, epoch milliseconds. */
  readonly since?: number;
}
export interface StateQuery {
  /** `service/kind/name`. */
  readonly address: string;
  /** Epoch milliseconds, both included. */
  readonly since: number;
  readonly until: number;
  /** Of each kind at most so many: the newest, or the oldest. */
  readonly limit: number;
  readonly isOldestFirst?: boolean;
}
/** A place in a list that is ordered by time, then by number. */
export interface Place {
  readonly at: number;
  readonly number: number;
}

/** Epoch milliseconds before which things may go. */
export interface Cutoffs {
  readonly log: number;
  readonly seconds: number;
  readonly minutes: number;
  readonly hours: number;
  readonly audit: number;
}

/** A number for an event that orders as its id `entry.index` does: a batch holds fewer than 1,024 events. */
export function eventNumber(id: string): number {
  const [entry = '0', index = '0'] = id.split('.');
  return Number(entry) * 1_024 + Number(index);
}
