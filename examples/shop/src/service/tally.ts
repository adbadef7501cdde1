/**
 * How calls through one pipeline ended, as this process saw it: counted beside the agent, to hold it to
 * account.
 */
export interface PipelineTally {
  readonly calls: number;
  /** Gave an answer; a fallback's counts. */
  readonly answered: number;
  readonly failed: number;
}

export type Totals = Readonly<Record<string, PipelineTally>>;

/** Counts every call that a service makes through a pipeline, for `GET /totals`. */
export class Tally {
  readonly #counts = new Map<string, { calls: number; answered: number; failed: number }>();
  #inFlight = 0;

  /** Calls that have begun and not ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Runs `call` and counts it. A call is in `calls` once it has ended. */
  async count<T>(pipeline: string, call: () => Promise<T>): Promise<T> {
    const counts = this.#countsOf(pipeline);
    this.#inFlight += 1;
    try {
      const answer = await call();
      counts.answered += 1;
      return answer;
    } catch (error) {
      counts.failed += 1;
      throw error;
    } finally {
      counts.calls += 1;
      this.#inFlight -= 1;
    }
  }

  totals(): Totals {
    return Object.fromEntries([...this.#counts].map(([pipeline, counts]) => [pipeline, { ...counts }]));
  }

  #countsOf(pipeline: string): { calls: number; answered: number; failed: number } {
    const found = this.#counts.get(pipeline);
    if (found !== undefined) return found;
    const fresh = { calls: 0, answered: 0, failed: 0 };
    this.#counts.set(pipeline, fresh);
    return fresh;
  }
}
