import { Scope } from '../call.ts';
import { follow, unfollow } from '../follow.ts';

/** One run for a key, with everybody who waits for it. */
export class Flight {
  readonly fingerprint: string;
  readonly scope: Scope = new Scope(1, undefined);
  /** Whether its error has been counted, or needs no counting. */
  isNoted = false;
  readonly answer: Promise<unknown>;
  #callerCount = 0;
  #isAbandoned = false;

  constructor(fingerprint: string, run: (flight: Flight) => Promise<unknown>) {
    this.fingerprint = fingerprint;
    this.answer = run(this);
    this.answer.catch(() => {}); // all its callers may have given up
  }

  /** Whether all who waited for it have given up. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** The answer for one more caller. The function's signal aborts when the last of them gives up. */
  join(signal: AbortSignal | undefined): Promise<unknown> {
    this.#callerCount += 1;
    if (signal === undefined) return this.answer;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#callerCount -= 1;
        if (this.#callerCount === 0) {
          this.#isAbandoned = true;
          this.scope.abort(signal.reason);
        }
        reject(signal.reason);
      };
      if (signal.aborted) return leave(); // by the store, or what makes the fingerprint
      follow(signal, leave);
      void this.answer.then(resolve, reject).then(() => unfollow(signal, leave));
    });
  }
}
