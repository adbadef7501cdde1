import type { DroppedCounts, ResilienceEventBody } from '@holdfast/shared';

/**
 * Counts what the agent had to leave out since its start, by what and why, so that overflow is never silent.
 */
export class DropCounts {
  readonly #counts = new Map<string, number>();
  readonly #untold = new Map<string, number>();
  #isPending = false;

  /** `what` is a class of events, `call`, `batch`, `resource` or `flag`. */
  add(what: string, reason: string, count = 1): void {
    if (count === 0) return;
    const key = `${what}/${reason}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
    this.#isPending = true;
    if (what === 'batch') return; // of what was in it the counts are told
    const untold = `${what === 'call' ? what : 'event'}/${reason}`;
    this.#untold.set(untold, (this.#untold.get(untold) ?? 0) + count);
  }

  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  /** Whether something was left out since the last `take`. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /**
   * The counts since the start, and one event for each reason that is new; `undefined` where nothing is new.
   */
  take(): { readonly counts: DroppedCounts; readonly events: readonly ResilienceEventBody[] } | undefined {
    if (!this.isPending) return undefined;
    const events = [...this.#untold].map(([what, count]): ResilienceEventBody => {
      const [records, reason = ''] = what.split('/');
      return { kind: 'agent.dropped', records: records === 'call' ? records : 'event', reason, count };
    });
    this.#isPending = false;
    this.#untold.clear();
    return { counts: Object.fromEntries(this.#counts), events };
  }
}
