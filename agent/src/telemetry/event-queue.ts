import type { EventKind } from '@holdfast/shared';

/** An event as it waits: already JSON, so that its size is exact and nothing can alter it any more. */
export interface QueuedEvent {
  readonly order: number;
  readonly kind: EventKind;
  readonly json: string;
  readonly bytes: number;
}

export interface EventQueueOptions {
  readonly maxBytes: number;
  readonly maxEvents: number;
  readonly onDrop: (kind: EventKind) => void;
}

/**
 * Events that wait to be sent. When room runs out, the oldest of the least important rank goes first: samples
 * before levels, levels before changes of state. The newest are kept: who watches an outage needs its end.
 */
export class EventQueue {
  readonly #options: EventQueueOptions;
  readonly #ranks: readonly QueuedEvent[][] = [[], [], []];
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

  push(kind: EventKind, json: string): void {
    const event: QueuedEvent = { order: this.#nextOrder++, kind, json, bytes: Buffer.byteLength(json) };
    this.#ranks[rankOf(kind)]?.push(event);
    this.#bytes += event.bytes + entryOverhead;
    this.#length += 1;
    while (this.#bytes > this.#options.maxBytes || this.#length > this.#options.maxEvents) this.#dropOne();
  }

  /** Removes and returns the oldest events that fit, in the order in which they happened. */
  take(room: { readonly bytes: number; readonly events: number }): QueuedEvent[] {
    const taken: QueuedEvent[] = [];
    let bytes = 0;
    while (taken.length < room.events) {
      const rank = this.#oldestRank();
      const event = rank?.[0];
      if (rank === undefined || event === undefined || bytes + event.bytes + 1 > room.bytes) break;
      bytes += event.bytes + 1; // the comma
      taken.push(event);
      this.#shift(rank);
    }
    return taken;
  }

  #oldestRank(): QueuedEvent[] | undefined {
    let oldest: QueuedEvent[] | undefined;
    for (const rank of this.#ranks) {
      const order = rank[0]?.order;
      if (order !== undefined && order < (oldest?.[0]?.order ?? Number.POSITIVE_INFINITY)) oldest = rank;
    }
    return oldest;
  }

  #dropOne(): void {
    const rank = this.#ranks.find((events) => events.length > 0);
    const dropped = rank === undefined ? undefined : this.#shift(rank);
    if (dropped !== undefined) this.#options.onDrop(dropped.kind);
  }

  #shift(rank: QueuedEvent[]): QueuedEvent | undefined {
    const event = rank.shift();
    if (event === undefined) return undefined;
    this.#bytes -= event.bytes + entryOverhead;
    this.#length -= 1;
    return event;
  }
}

/** What a queued event takes beside its JSON. */
const entryOverhead = 96;

/** Whether people wait for it: such an event leaves at once instead of with the next second. */
export function isStateChange(kind: EventKind): boolean {
  return rankOf(kind) === stateRank;
}

const stateRank = 2;

/** 0 for samples, 1 for levels, 2 for changes of state. */
function rankOf(kind: EventKind): number {
  if (kind === 'error.sampled' || kind === 'retry.exhausted') return 0;
  return /^(bulkhead|rate_limiter|load_shedder|fallback|retry)|crossed$/.test(kind) ? 1 : stateRank;
}
