import type { Runtime } from '../runtime.ts';
import { Deadline, type DeadlineList, deadlinesOf } from '../time/deadlines.ts';

/**
 * Tells a store again and again that somebody is still at work, and in the end how it went. What a beat
 * throws is reported, and the next beat comes all the same.
 */
export class Heartbeat extends Deadline {
  /** Answers whether there is to be another. */
  beat: () => boolean | PromiseLike<boolean>;
  readonly #runtime: Runtime;
  readonly #list: DeadlineList;

  constructor(runtime: Runtime, everyMs: number, beat: Heartbeat['beat']) {
    super();
    this.#runtime = runtime;
    this.#list = deadlinesOf(runtime.clock, everyMs);
    this.beat = beat;
  }

  start(): void {
    this.#list.add(this, this.#runtime.clock.monotonic());
  }

  stop(): void {
    this.beat = () => false; // one that is under way must not be followed by another
    this.#list.remove(this);
  }

  /** Beats out of turn. Never rejects. */
  async now(): Promise<void> {
    this.#list.remove(this);
    let goesOn = true;
    try {
      goesOn = await this.beat();
    } catch (fault) {
      this.#runtime.internalError(fault);
    }
    if (goesOn && this.list === undefined) this.start();
  }

  override expire(): void {
    void this.now();
  }
}
