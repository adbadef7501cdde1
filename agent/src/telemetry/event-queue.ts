import type { EventKind } from '@holdfast/shared';
import { changeCountOf, changesInFull, summaryKindOf, withChange } from './change-summary.ts';

/** An event as it waits: already JSON, so that its size is exact and nothing can alter it any more. */
export interface QueuedEvent {
  readonly order: number;
  readonly kind: EventKind;
  readonly json: string;
  readonly bytes: number;
  /** Whose change it is, where it may be summarised. */
  readonly changed?: string | undefined;
}

export interface EventQueueOptions {
  readonly maxBytes: number;
  readonly maxEvents: number;
  readonly onDrop: (kind: EventKind, count: number) => void;
}

/**
 * Events that wait to be sent. When room runs out, the oldest of the least important rank goes first: samples
 * before levels, levels before changes of state. The newest are kept: who watches an outage needs its end.
 * Changes of breakers and health checks are not dropped but summarised, also where one of them changes too
 * often.
 */
export class EventQueue {
  readonly #options: EventQueueOptions;
  readonly #ranks: readonly QueuedEvent[][] = [[], [], []];
  /** Of the oldest changes, by whose they are; what is summarised is older than what waits in full. */
  readonly #summaries = new Map<string, QueuedEvent>();
  /** How many changes wait in full, by whose they are. */
  readonly #changeCounts = new Map<string, number>();
  #nextOrder = 0;
  #bytes = 0;
  #length = 0;

  constructor(options: EventQueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `resource` is the number of the resource that the event is of. */
  push(kind: EventKind, json: string, resource?: number): void {
    const limit = changesInFull(kind);
    const changed = limit === undefined ? undefined : `${summaryKindOf(kind)} ${resource}`;
    const event = { order: this.#nextOrder++, kind, json, bytes: sizeOf(json), changed };
    this.#ranks[rankOf(kind)]?.push(event);
    this.#add(event, 1);
    if (limit !== undefined && changed !== undefined && (this.#changeCounts.get(changed) ?? 0) > limit)
      this.#summarise(changed);
    while (this.#bytes > this.#options.maxBytes || this.#length > this.#options.maxEvents) this.#makeRoom();
  }

  /** Removes and returns the oldest events that fit, in the order in which they happened; summaries first. */
  take(room: { readonly bytes: number; readonly events: number }): QueuedEvent[] {
    const taken: QueuedEvent[] = [];
    let bytes = 0;
    while (taken.length < room.events) {
      const rank = this.#oldestRank();
      const [summary] = this.#summaries.values();
      const event = summary ?? rank?.[0];
      if (event === undefined || bytes + event.bytes + 1 > room.bytes) break;
      bytes += event.bytes + 1; // the comma
      taken.push(event);
      if (event === summary) this.#forgetSummary(event);
      else this.#shift(rank);
    }
    return taken;
  }

  /** Drops all samples, and returns how many that were. */
  dropSamples(): number {
    let count = 0;
    while (this.#shift(this.#ranks[0]) !== undefined) count += 1;
    return count;
  }

  #oldestRank(): QueuedEvent[] | undefined {
    let oldest: QueuedEvent[] | undefined;
    for (const rank of this.#ranks) {
      const order = rank[0]?.order;
      if (order !== undefined && order < (oldest?.[0]?.order ?? Number.POSITIVE_INFINITY)) oldest = rank;
    }
    return oldest;
  }

  #makeRoom(): void {
    const rank = this.#ranks.find((events) => events.length > 0);
    const change = rank?.find(({ changed }) => changed !== undefined);
    if (change?.changed !== undefined) return this.#summarise(change.changed);
    const [summary] = this.#summaries.values();
    const dropped = this.#shift(rank);
    if (dropped !== undefined) return this.#options.onDrop(dropped.kind, 1);
    if (summary === undefined) return;
    this.#forgetSummary(summary);
    this.#options.onDrop(summary.kind, changeCountOf(summary.json));
  }

  /** Moves the oldest change of a resource into its summary. */
  #summarise(whose: string): void {
    const rank = this.#ranks[stateRank] ?? [];
    const at = rank.findIndex(({ changed }) => changed === whose);
    const change = rank[at];
    if (change === undefined) return;
    rank.splice(at, 1);
    this.#add(change, -1);
    const known = this.#summaries.get(whose);
    if (known !== undefined) this.#forgetSummary(known);
    const json = withChange(known?.json, change.json);
    const summary = { ...change, kind: summaryKindOf(change.kind), json, bytes: sizeOf(json) };
    this.#summaries.set(whose, summary);
    this.#count(summary, 1);
  }

  #forgetSummary(summary: QueuedEvent): void {
    this.#summaries.delete(summary.changed ?? '');
    this.#count(summary, -1);
  }

  #shift(rank: QueuedEvent[] | undefined): QueuedEvent | undefined {
    const event = rank?.shift();
    if (event !== undefined) this.#add(event, -1);
    return event;
  }

  /** Enters an event, or takes it out again. */
  #add(event: QueuedEvent, count: 1 | -1): void {
    this.#count(event, count);
    if (event.changed === undefined) return;
    const left = (this.#changeCounts.get(event.changed) ?? 0) + count;
    if (left > 0) this.#changeCounts.set(event.changed, left);
    else this.#changeCounts.delete(event.changed);
  }

  #count({ bytes }: QueuedEvent, count: 1 | -1): void {
    this.#bytes += count * (bytes + entryOverhead);
    this.#length += count;
  }
}

const sizeOf = (json: string): number => Buffer.byteLength(json);

/** What a queued event takes beside its JSON. */
const entryOverhead = 96;

/** Whether people wait for it: such an event leaves at once instead of with the next second. */
export function isStateChange(kind: EventKind): boolean {
  return rankOf(kind) === stateRank;
}

/** As what it is counted where it must be left out: few enough that all counts fit a batch. */
export function classOf(kind: EventKind): string {
  const [start = ''] = kind.split(/[._]/);
  return ['sample', 'level', named[start] ?? 'event'][rankOf(kind)] ?? '';
}

const named: Readonly<Record<string, string>> = { circuit: 'transition', health: 'health', flag: 'flag' };

const stateRank = 2;

/** 0 for samples, 1 for levels, 2 for changes of state. */
function rankOf(kind: EventKind): number {
  if (kind === 'error.sampled' || kind === 'retry.exhausted') return 0;
  return /^(bulkhead|rate_limiter|load_shedder|fallback|retry)|crossed$/.test(kind) ? 1 : stateRank;
}
