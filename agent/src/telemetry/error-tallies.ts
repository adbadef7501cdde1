import type { ErrorTally as SentTally } from '@holdfast/shared';

/** How often one kind of error was seen at one resource since that was last sealed into a batch. */
export type ErrorTally = { -readonly [K in keyof SentTally]: SentTally[K] };

/**
 * Counts errors by their fingerprints until they are sealed. Above the limit they are only in the counts of
 * their class, so that no sum changes: the collector shows as ungrouped what it was told no fingerprint of.
 */
export class ErrorTallies {
  readonly #pending = new Set<ErrorTally>();

  get isPending(): boolean {
    return this.#pending.size > 0;
  }

  /** `at` is now, epoch milliseconds. */
  add(tally: ErrorTally, at: number): void {
    if (tally.count === 0) {
      if (this.#pending.size >= maxPending) return;
      this.#pending.add(tally);
      tally.firstAt = at;
    }
    tally.count += 1;
    tally.lastAt = at;
  }

  /** Removes and returns those that fit, as JSON texts; they count from 0 again. */
  take(roomBytes: number): string[] {
    const taken: string[] = [];
    let bytes = 0;
    for (const tally of this.#pending) {
      const json = JSON.stringify(tally);
      bytes += json.length + 1;
      if (bytes > roomBytes) break;
      taken.push(json);
      tally.count = 0;
      this.#pending.delete(tally);
    }
    return taken;
  }
}

/** As many as a batch may hold. */
const maxPending = 1_000;
