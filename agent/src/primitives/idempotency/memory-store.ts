import type { IdempotencyStore, KeptKey, KeyClaim, KeyCompletion } from './store.ts';

/**
 * Keeps the outcomes of one primitive in this process, as they are. Who is still at work it need not know:
 * the primitive joins calls that are under way before it asks.
 */
export class MemoryStore implements IdempotencyStore<unknown> {
  /** The longest ago first. All are kept equally long, so the first is the first to end. */
  readonly #kept = new Map<string, KeptKey<unknown>>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get freeCount(): number {
    return this.#maxEntries - this.#kept.size;
  }

  begin({ key, nowAt }: KeyClaim): KeptKey<unknown> | undefined {
    for (const [oldest, { untilAt }] of this.#kept) {
      if (untilAt > nowAt) break;
      this.#kept.delete(oldest);
    }
    return this.#kept.get(key);
  }

  renew(): boolean {
    return true;
  }

  complete({ key, fingerprint, untilAt, outcome }: KeyCompletion<unknown>): boolean {
    this.#kept.set(key, { fingerprint, untilAt, outcome });
    const [oldest] = this.#kept.keys();
    if (this.freeCount < 0 && oldest !== undefined) this.#kept.delete(oldest);
    return true;
  }

  release(): void {}
}
