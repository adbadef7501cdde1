import { type Guarded, Scope } from '../call.ts';

/** A caller who waits for the answer of a flight. */
export interface Passenger {
  resolve(value: unknown): void;
  /** `outcome` is the column in which its call is counted. */
  reject(error: unknown, outcome: number): void;
}

/** What becomes of a flight. */
export interface Landing {
  succeeded(value: unknown): void;
  failed(error: unknown): void;
}

/** One call of a function, for all who want its answer. */
export class Flight {
  readonly key: string;
  /** Nobody needs to wait for it: it brings an answer for those who come later. */
  readonly isBackground: boolean;
  /** Monotonic. */
  readonly startedMs: number;
  readonly passengers: Set<Passenger> = new Set();
  readonly #scope = new Scope(1, undefined);
  #isAborted = false;

  constructor(key: string, startedMs: number, isBackground = false) {
    this.key = key;
    this.startedMs = startedMs;
    this.isBackground = isBackground;
  }

  get isAborted(): boolean {
    return this.#isAborted;
  }

  /** Calls the function. The landing never comes before this has returned. */
  start(fn: Guarded<unknown>, landing: Landing): void {
    let answer: unknown;
    try {
      answer = fn(this.#scope);
    } catch (error) {
      answer = Promise.reject(error);
    }
    Promise.resolve(answer).then(
      (value) => landing.succeeded(value),
      (error: unknown) => landing.failed(error),
    );
  }

  /** Whether nobody wants the answer any more, now that this one has left. */
  leave(passenger: Passenger): boolean {
    this.passengers.delete(passenger);
    return !this.isBackground && this.passengers.size === 0;
  }

  abort(reason: unknown): void {
    this.#isAborted = true;
    this.#scope.abort(reason);
  }
}
