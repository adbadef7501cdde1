/** Faults of the agent, of listeners and of hooks: counted, offered to the host, and never thrown into it. */
export class InternalErrors {
  count = 0;
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  note(error: unknown): void {
    this.count += 1;
    try {
      this.#report(error);
    } catch {
      // The hook of last resort failed: there is nobody left to tell, and the host must not be hurt.
    }
  }
}
