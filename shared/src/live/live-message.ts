import type { AuditEntry, FleetEvent } from '../state/fleet.ts';
import type { AgentView, ErrorView, FlagView, FleetView, ResourceView } from '../state/views.ts';
import type { LiveFigures } from './figures.ts';
import type { LivePart } from './live-parts.ts';

/** What `/api/v1/live` sends: the whole once, then what changed since the message before. */
export type LiveMessage = LiveSnapshot | LiveDelta;

export interface LiveSnapshot extends LiveMark {
  readonly type: 'snapshot';
  readonly view: FleetView;
  /** The numbers of the resources, by which figures name them, in the order of the view. */
  readonly numbers?: readonly number[];
}

export interface LiveDelta extends LiveMark {
  readonly type: 'delta';
  /** The moment that it is of; a reader measures freshness by it. A delta comes at least once a second. */
  readonly at: number;
  /** New, or changed in more than what calls change, by address. */
  readonly resources?: readonly ResourceView[];
  /** Their numbers, in the same order. */
  readonly numbers?: readonly number[];
  /** Of those of which calls changed the rates, the gauges or the spark, and nothing else. */
  readonly figures?: LiveFigures;
  /** Addresses of resources that are gone, or that the filter lets through no more. */
  readonly removed?: readonly string[];
  /** New or changed ones; a reader keeps their lists in the order of `liveParts`. */
  readonly flags?: readonly FlagView[];
  readonly errors?: readonly ErrorView[];
  readonly agents?: readonly AgentView[];
  /** Keys, as `liveParts` names them, of those that are gone. */
  readonly gone?: LiveGone;
  /** New ones, oldest first. */
  readonly events?: readonly FleetEvent[];
  readonly audit?: readonly AuditEntry[];
}

export type LiveGone = { readonly [P in LivePart]?: readonly string[] };

/** What stands in every message beside its data. */
export interface LiveMark {
  /** Where the reader stands with it, to go on from after a short break; absent in a replay. */
  readonly cursor?: string;
  /** Only of what is shown again from the past. */
  readonly replay?: Replay;
  /** Why the collector stores nothing now, for people; absent while it does. */
  readonly problem?: string;
}

/** How the past is shown again. The moment that a message is of stands in it. */
export interface Replay {
  /** Milliseconds of the past in one of the present. */
  readonly speed: number;
}

/** The question cannot be answered; what was asked before goes on, where there was something. */
export interface LiveRefusal {
  readonly type: 'refused';
  /** What of the question is wrong, where it is one part. */
  readonly field?: string;
  readonly detail: string;
}

/** What a reader asks for: in the query of the address, or later in a `subscribe` message. */
export interface LiveQuestion {
  /** A filter; only what it lets through is told. */
  readonly q?: string;
  /** That of the last message, to hear only what changed since. */
  readonly cursor?: string;
  /** A past moment to replay from: epoch milliseconds, or RFC 3339 text. */
  readonly at?: string;
  /** How fast to replay, `replayLimits`; 1 where it is absent. */
  readonly speed?: number;
}

export const replayLimits = { minSpeed: 0.1, maxSpeed: 600 } as const;
