import type { SealedBatch } from './seal.ts';

/**
 * Where an outbox keeps sealed batches beside its memory: more fit there, and the next process finds them.
 * Nothing in it throws.
 */
export interface Shelf {
  /** Whether another batch may be put there now. */
  readonly hasRoom: boolean;
  /** Keeps a batch until it is stored, with the resources that it names. */
  put(batch: SealedBatch): void;
  /**
   * The next batch above number `after` that was put there; a promise where it has to be fetched first, and
   * `undefined` where there is none.
   */
  next(after: number): ShelvedBatch | Promise<void> | undefined;
  /** The collector has all batches up to this one. */
  release(stored: number): void;
}

export interface ShelvedBatch {
  readonly seq: number;
  readonly frame: Uint8Array;
}
