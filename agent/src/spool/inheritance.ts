import type { Clock } from '@holdfast/shared';
import { rm } from 'node:fs/promises';
import type { Backoff } from '../stream/backoff.ts';
import { type ClaimOptions, claimLeft, giveUp } from './claims.ts';
import { type Ask, deliver } from './deliver.ts';
import { readLeftRun, segmentBytesIn } from './left-run.ts';
import { touch } from './run-folder.ts';

export interface InheritanceOptions extends Omit<ClaimOptions, 'isOwn'> {
  readonly clock: Clock;
  readonly ask: Ask;
  readonly backoff: Backoff;
  /** Told what cannot be delivered, and what is damaged. */
  readonly report: (problem: string) => void;
}

/** What earlier processes of this service left in the folder, until the collector has it. */
export class Inheritance {
  readonly #options: InheritanceOptions;
  /** Folders that are ours now, with their bytes. */
  readonly #held = new Map<string, number>();
  #problem: string | undefined;
  #isClosed = false;

  constructor(options: InheritanceOptions) {
    this.#options = options;
  }

  /** What is held takes so much of the room on disk. */
  get bytes(): number {
    let sum = 0;
    for (const bytes of this.#held.values()) sum += bytes;
    return sum;
  }

  /** Why it cannot be delivered now, in words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Takes what is left and delivers it, with patience where the collector is not there. `attempted` is called
   * once the first attempt is over. Resolves when nothing is left, or nothing can be done. Never rejects.
   */
  async settle(isOwn: boolean, attempted: () => void = () => {}): Promise<void> {
    try {
      const folders = await claimLeft({ ...this.#options, isOwn });
      for (const folder of folders) this.#held.set(folder, await segmentBytesIn(folder));
      for (const folder of folders) await this.#deliverAtLast(folder, attempted);
    } catch (error) {
      this.#options.report(`what earlier processes left cannot be looked at: ${messageOf(error)}`);
    }
    attempted();
  }

  /** Shows that what is held has an owner. */
  async touch(): Promise<void> {
    for (const folder of this.#held.keys()) await touch(folder);
  }

  /** Leaves to others what is not delivered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const folder of this.#held.keys()) await giveUp(folder);
    this.#held.clear();
  }

  async #deliverAtLast(folder: string, attempted: () => void): Promise<void> {
    const { clock, backoff, report } = this.#options;
    for (let attempts = 1; !this.#isClosed; attempts += 1) {
      const problem = await this.#deliver(folder);
      attempted();
      this.#problem = problem?.message;
      if (problem === undefined) return backoff.reset();
      if (!(problem instanceof Passing) || attempts > problem.patience) return report(problem.message);
      await new Promise<void>((resolve) => {
        clock.setTimeout(resolve, backoff.nextMs());
      });
    }
  }

  /** What stands in the way, where something does. */
  async #deliver(folder: string): Promise<Error | undefined> {
    const { ask, clock, report } = this.#options;
    try {
      const run = await readLeftRun(folder);
      if (run.damagedBytes > 0)
        report(`${run.damagedBytes} bytes that ${run.identity.instance} left are damaged`);
      await deliver(run, { ask, now: () => clock.now() });
      if (!this.#held.delete(folder)) return undefined; // closed meanwhile
      await rm(folder, { recursive: true, force: true });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** The collector is not there, or takes nothing now: that passes. */
export class Passing extends Error {
  /** After so many attempts it is no longer believed. */
  readonly patience: number;

  constructor(message: string, patience: number = Number.POSITIVE_INFINITY) {
    super(message);
    this.patience = patience;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
