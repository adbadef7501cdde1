import type { Spool, SpoolOptions, SpoolStatus } from './spool.ts';

/** The spool, loaded only by those who ask for one. Without it the agent goes on in memory. */
export class LazySpool {
  /** Settles once the first attempt is over to deliver what this instance left. Never rejects. */
  readonly attempted: Promise<void>;
  readonly #options: SpoolOptions;
  #spool: Spool | undefined;
  #isClosed = false;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.attempted = this.#open().catch((error: unknown) => {
      options.internalError(error);
      options.goAhead();
    });
  }

  get status(): SpoolStatus {
    const { events, rollups } = this.#options.recorder;
    return this.#spool?.status ?? { bytes: 0, unwrittenCount: events.length + rollups.length };
  }

  /** What stands in its way, in words. */
  get problem(): string | undefined {
    return this.#spool?.problem;
  }

  sealSoon(): void {
    this.#spool?.sealSoon();
  }

  /** The numbers of this run are another's. */
  startOver(): void {
    this.#spool?.startOver();
  }

  endSync(isClean: boolean): void {
    this.#spool?.endSync(isClean);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#spool?.close();
  }

  async #open(): Promise<void> {
    const { Spool: Loaded } = await import('./spool.ts');
    if (this.#isClosed) return;
    this.#spool = new Loaded(this.#options);
    await this.#spool.open();
  }
}
