import { type Guarded, Scope } from '../call.ts';
import type { BreakerGate, Passage } from './gate.ts';
import type { Phase } from './phase.ts';

/**
 * One call through a breaker that stands alone, whose caller cannot give up. Crossings are used again: their
 * two callbacks are what would cost most to make for each call, and an async function would cost more still.
 */
export class Crossing implements Passage {
  next: Crossing | undefined = undefined;
  /** How many stand behind it in the pool, itself included. */
  depth = 0;
  phase: Phase | undefined = undefined;
  startedMs = 0;
  readonly #gate: BreakerGate;
  readonly #pool: CrossingPool;
  readonly #onValue: (value: unknown) => unknown;
  readonly #onError: (error: unknown) => never;

  constructor(gate: BreakerGate, pool: CrossingPool) {
    this.#gate = gate;
    this.#pool = pool;
    this.#onValue = (value) => {
      gate.succeed(this, gate.runtime.clock.monotonic(), value);
      this.#end();
      return value;
    };
    this.#onError = (error) => {
      this.#failed(error);
      throw error;
    };
  }

  begin(phase: Phase, fn: Guarded<unknown>): Promise<unknown> {
    this.phase = phase;
    this.startedMs = this.#gate.runtime.clock.monotonic();
    let answer: unknown;
    try {
      answer = fn(new Scope(1, undefined));
    } catch (error) {
      this.#failed(error);
      return Promise.reject(error);
    }
    return Promise.resolve(answer).then(this.#onValue, this.#onError);
  }

  #failed(error: unknown): void {
    const gate = this.#gate;
    const { clock, classifier } = gate.runtime;
    gate.fail(this, clock.monotonic(), { error, classification: classifier.classify(error) });
    this.#end();
  }

  #end(): void {
    this.phase = undefined;
    const pool = this.#pool;
    const depth = (pool.first?.depth ?? 0) + 1;
    if (depth > maxFree) return;
    this.depth = depth;
    this.next = pool.first;
    pool.first = this;
  }
}

/** Those that are free for the next calls. */
export interface CrossingPool {
  first: Crossing | undefined;
}

/** One from the pool, or a new one that goes there when its call is over. */
export function takeCrossing(gate: BreakerGate, pool: CrossingPool): Crossing {
  const free = pool.first;
  if (free === undefined) return new Crossing(gate, pool);
  pool.first = free.next;
  free.next = undefined;
  return free;
}

/** As many as are under way at once, in most services. */
const maxFree = 256;
