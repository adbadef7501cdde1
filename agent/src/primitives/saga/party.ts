import { follow, unfollow } from '../follow.ts';

/** Those who wait for one saga. One of them may leave; when the last gives up it is undone. */
export class Party {
  readonly #controller = new AbortController();
  readonly #answer: Promise<unknown>;
  #callerCount = 0;

  constructor(run: (controller: AbortController) => Promise<unknown>) {
    this.#answer = run(this.#controller);
  }

  /** What the saga comes to for one more caller. The last one waits until all is undone. */
  join(signal: AbortSignal | undefined): Promise<unknown> {
    this.#callerCount += 1;
    if (signal === undefined) return this.#answer;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#callerCount -= 1;
        if (this.#callerCount === 0) this.#controller.abort(signal.reason);
        else reject(signal.reason);
      };
      void this.#answer.then(resolve, reject).then(() => unfollow(signal, leave));
      if (signal.aborted)
        leave(); // by the store
      else follow(signal, leave);
    });
  }
}
