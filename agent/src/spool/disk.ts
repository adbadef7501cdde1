/**
 * Does what is to be done with the spool's files, one thing after the other: where the disk hangs, that takes
 * one of the few threads that Node has for files, and not all of them.
 */
export class Disk {
  #last: Promise<unknown> = Promise.resolve();
  #isBusy = false;
  /** How often it was looked at what is being done now. */
  #looks = 0;

  /** Why nothing can be done now, in words. */
  get problem(): string | undefined {
    return this.#looks < hungAfterLooks ? undefined : 'the disk does not answer';
  }

  /** Does it once all before it is over. */
  do<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(() => this.#watch(work));
    this.#last = done.catch(() => {}); // the caller hears of it
    return done;
  }

  /** Looks whether the disk answers; to be called twice a second. True when it is found not to. */
  hangs(): boolean {
    if (this.#isBusy) this.#looks += 1;
    return this.#looks === hungAfterLooks;
  }

  async #watch<T>(work: () => Promise<T>): Promise<T> {
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
      this.#looks = 0;
    }
  }
}

/** For five seconds. */
const hungAfterLooks = 10;
