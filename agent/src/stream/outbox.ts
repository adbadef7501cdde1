import type { Clock } from '@holdfast/shared';
import type { Recorder } from '../telemetry/recorder.ts';
import { contentOf, dictionaryPart, renumbered, type SealedBatch, sealBatch } from './seal.ts';
import type { Shelf } from './shelf.ts';

export interface OutboxOptions {
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** What sealed batches may take at most, in bytes. */
  readonly maxBytes: number;
}

export interface OutboxLimits {
  /** The largest frame. */
  readonly batchBytes: number;
  /** How many batches may wait for their acknowledgement. */
  readonly windowBatches: number;
}

interface Held {
  readonly batch: SealedBatch;
  /** Since it was sent over the present connection. */
  waitedTicks: number | undefined;
  /** Over any connection. */
  sentCount: number;
}

/**
 * Batches on their way: sealed with the next sequence number, kept until the collector says that they are
 * stored, and sent again after each reconnect until then. A sealed batch never changes.
 */
export class Outbox {
  /** Where what is sealed stands as well; what the window has no room for stands there alone. */
  shelf: Shelf | undefined;
  /** Called when batches of the shelf are at hand that were not before. */
  onFetched: () => void = () => {};
  readonly #options: OutboxOptions;
  #window: Held[] = [];
  /** The highest number that has come into the window. */
  #windowEnd = 0;
  #fetching: Promise<void> | undefined;
  #nextSeq = 1;
  #introducedCount = 0;
  #storedCount = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** The next sequence number. */
  get next(): number {
    return this.#nextSeq;
  }

  /** The lowest sequence number that is still held; `next` where none is. */
  get first(): number {
    return this.#window[0]?.batch.seq ?? this.#windowEnd + 1;
  }

  get unackedCount(): number {
    return this.#nextSeq - this.first;
  }

  /** Settles when batches of the shelf are at hand; `undefined` where nothing is being fetched. */
  get fetching(): Promise<void> | undefined {
    return this.#fetching;
  }

  /** How many batches were acknowledged. */
  get storedCount(): number {
    return this.#storedCount;
  }

  /** Whether nothing waits to be sealed. */
  get isSealed(): boolean {
    return !this.#options.recorder.isPending(this.#introducedCount);
  }

  /** Whether anything waits to be sealed or acknowledged. */
  get isPending(): boolean {
    return this.unackedCount > 0 || !this.isSealed;
  }

  /** Seals what waits in the recorder while the window has room, or the shelf. */
  seal(limits: OutboxLimits): void {
    this.#refill(limits);
    while (!this.isSealed && (this.#hasPlace(limits) || this.shelf?.hasRoom)) this.#sealOne(limits);
  }

  /** As `seal`, but only while the shelf has room: for the time without a connection. */
  sealForShelf(limits: OutboxLimits): void {
    while (!this.isSealed && this.shelf?.hasRoom) this.#sealOne(limits);
  }

  /** Hands over the batches that this connection has not carried yet, while `send` takes them. */
  send(send: (frame: Uint8Array) => boolean): void {
    for (const entry of this.#window) {
      if (entry.waitedTicks !== undefined) continue;
      if (!send(entry.batch.frame)) return;
      entry.waitedTicks = 0;
      entry.sentCount += 1;
    }
  }

  /** All batches up to this sequence number are stored. */
  acknowledge(stored: number): void {
    const { first } = this;
    this.#window = this.#window.filter(({ batch }) => batch.seq > stored);
    this.#windowEnd = Math.max(this.#windowEnd, stored);
    this.#storedCount += this.first - first;
    this.shelf?.release(stored);
  }

  /** The collector will never store this batch: what is in it is counted as left out. */
  lose(seq: number, reason: string): void {
    const { drops } = this.#options.recorder;
    drops.add('batch', reason);
    const lost = this.#window.find(({ batch }) => batch.seq === seq);
    if (lost === undefined) return;
    const { eventCount, callCount } = contentOf(lost.batch.frame);
    drops.add('event', reason, eventCount);
    drops.add('call', reason, callCount);
  }

  /**
   * Numbers begin anew, as those of another run. What was sent more than `refusedCount` times may be stored
   * as a part of the run before, so it must not come again, and is counted as left out; so is what stood on
   * the shelf of that run alone.
   */
  startOver(refusedCount: number): void {
    const held = this.#window.filter(({ sentCount }) => sentCount <= refusedCount);
    for (const entry of this.#window) if (!held.includes(entry)) this.lose(entry.batch.seq, 'epoch_taken');
    this.#options.recorder.drops.add('batch', 'epoch_taken', this.#nextSeq - 1 - this.#windowEnd);
    this.#window = [];
    this.#windowEnd = 0;
    for (const { batch } of held) {
      const renewed = renumbered(batch, this.#windowEnd + 1);
      this.#enter(renewed);
      this.shelf?.put(renewed);
    }
    this.#nextSeq = this.#windowEnd + 1;
  }

  /** A new connection has carried nothing yet. */
  startAgain(): void {
    for (const entry of this.#window) entry.waitedTicks = undefined;
  }

  /** Called once a second: returns for how many ticks the oldest batch has waited for its acknowledgement. */
  tick(): number {
    for (const entry of this.#window) {
      if (entry.waitedTicks !== undefined) entry.waitedTicks += 1;
    }
    return this.#window[0]?.waitedTicks ?? 0;
  }

  /**
   * Frames that introduce again what acknowledged batches had introduced, where a collector knows fewer
   * resources. What unacknowledged batches introduce comes with them.
   */
  reintroduce(knownCount: number, batchBytes: number): Uint8Array[] {
    const frames: Uint8Array[] = [];
    const until = this.#window[0]?.batch.introducedBefore ?? this.#introducedCount;
    const dictionary = this.#options.recorder.dictionary.slice(0, until);
    for (let from = knownCount; from < until; ) {
      const part = dictionaryPart(dictionary, { from, room: batchBytes - 256 });
      frames.push(Buffer.from(`{"type":"dictionary","from":${from},"add":[${part.join(',')}]}`));
      from += Math.max(1, part.length);
    }
    return frames;
  }

  /** Whether the next batch belongs into the window: there is room, and none before it is missing there. */
  #hasPlace(limits: OutboxLimits): boolean {
    return this.#hasRoom(limits) && this.#windowEnd + 1 === this.#nextSeq;
  }

  #hasRoom({ batchBytes, windowBatches }: OutboxLimits): boolean {
    const maxBatches = Math.max(1, Math.min(windowBatches, Math.floor(this.#options.maxBytes / batchBytes)));
    return this.#window.length < maxBatches;
  }

  /** Brings into the window what stands on the shelf alone. */
  #refill(limits: OutboxLimits): void {
    const { shelf } = this;
    if (this.#fetching !== undefined) return;
    while (shelf !== undefined && this.#windowEnd + 1 < this.#nextSeq && this.#hasRoom(limits)) {
      const batch = shelf.next(this.#windowEnd);
      if (batch instanceof Promise) return this.#await(batch);
      const seq = batch?.seq ?? this.#nextSeq;
      const lostCount = seq - this.#windowEnd - 1;
      if (lostCount > 0) this.#options.recorder.drops.add('batch', 'spool_damaged', lostCount);
      this.#windowEnd = seq - 1;
      const introduced = this.#introducedCount; // more than it takes, which does no harm
      if (batch !== undefined)
        this.#enter({ ...batch, introducedBefore: introduced, introducedAfter: introduced });
    }
  }

  #await(fetching: Promise<void>): void {
    this.#fetching = fetching;
    void fetching.then(() => {
      this.#fetching = undefined;
      return this.onFetched();
    });
  }

  #sealOne(limits: OutboxLimits): void {
    const { recorder, clock } = this.#options;
    const batch = sealBatch(recorder, {
      seq: this.#nextSeq,
      sealedAt: clock.now(),
      introducedCount: this.#introducedCount,
      maxBytes: limits.batchBytes,
    });
    if (this.#hasPlace(limits)) this.#enter(batch);
    this.#nextSeq += 1;
    this.#introducedCount = batch.introducedAfter;
    this.shelf?.put(batch);
  }

  #enter(batch: SealedBatch): void {
    this.#window.push({ batch, waitedTicks: undefined, sentCount: 0 });
    this.#windowEnd = batch.seq;
  }
}
