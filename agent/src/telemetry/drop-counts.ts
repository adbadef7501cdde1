import type { DroppedCounts, ResilienceEventBody } from '@holdfast/shared';

/**
 * Counts what the agent had to leave out since its start, by what and why, so that overflow is never silent.
 */
export class DropCounts {
  readonly #counts = new Map<string, number>();
  readonly #untold = new Map<string, number>();

  /** `what` is a class of events, `batch`, `resource` or `flag`. */
  add(what: string, reason: string, count = 1): void {
    if (count === 0) return;
    const key = `${what}/${reason}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
    this.#untold.set(reason, (this.#untold.get(reason) ?? 0) + count);
  }

  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  /** Whether something was left out since the last `take`. */
  get isPending(): boolean {
    return this.#untold.size > 0;
  }

  /**
   * The counts since the start, and one event for each reason that is new; `undefined` where nothing is new.
   */
  take(): { readonly counts: DroppedCounts; readonly events: readonly ResilienceEventBody[] } | undefined {
    if (!this.isPending) return undefined;
    const events = [...this.#untold].map(
      ([reason, count]): ResilienceEventBody => ({ kind: 'agent.dropped', records: 'event', reason, count }),
    );
    this.#untold.clear();
    return { counts: Object.fromEntries(this.#counts), events };
  }
}
