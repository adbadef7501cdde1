import type { Clock } from '@holdfast/shared';
import type { Recorder } from '../telemetry/recorder.ts';
import { dictionaryPart, type SealedBatch, sealBatch } from './seal.ts';

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

/**
 * Batches on their way: sealed with the next sequence number, kept until the collector says that they are
 * stored, and sent again after each reconnect until then. A sealed batch never changes.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #window: { readonly batch: SealedBatch; waitedTicks: number | undefined }[] = [];
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
    return this.#window[0]?.batch.seq ?? this.#nextSeq;
  }

  get unackedCount(): number {
    return this.#window.length;
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
    return this.#window.length > 0 || !this.isSealed;
  }

  /** Seals what waits in the recorder while the window has room. */
  seal({ batchBytes, windowBatches }: OutboxLimits): void {
    const { recorder, clock, maxBytes } = this.#options;
    const maxBatches = Math.max(1, Math.min(windowBatches, Math.floor(maxBytes / batchBytes)));
    while (this.#window.length < maxBatches && recorder.isPending(this.#introducedCount)) {
      const batch = sealBatch(recorder, {
        seq: this.#nextSeq,
        sealedAt: clock.now(),
        introducedCount: this.#introducedCount,
        maxBytes: batchBytes,
      });
      this.#nextSeq += 1;
      this.#introducedCount = batch.introducedAfter;
      this.#window.push({ batch, waitedTicks: undefined });
    }
  }

  /** Hands over the batches that this connection has not carried yet, while `send` takes them. */
  send(send: (frame: Uint8Array) => boolean): void {
    for (const entry of this.#window) {
      if (entry.waitedTicks !== undefined) continue;
      if (!send(entry.batch.frame)) return;
      entry.waitedTicks = 0;
    }
  }

  /** All batches up to this sequence number are stored. */
  acknowledge(stored: number): void {
    const left = this.#window.filter(({ batch }) => batch.seq > stored);
    this.#storedCount += this.#window.length - left.length;
    this.#window = left;
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
}
