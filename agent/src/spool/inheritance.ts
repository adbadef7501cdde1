import type { Clock } from '@holdfast/shared';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Backoff } from '../stream/backoff.ts';
import { type ClaimOptions, claimLeft, giveUp, setAside } from './claims.ts';
import { type Ask, deliver, Refused } from './deliver.ts';
import { readLeftRun, segmentBytesIn } from './left-run.ts';
import { touch } from './run-folder.ts';

export interface InheritanceOptions extends Omit<ClaimOptions, 'isOwn' | 'passedOver'> {
  readonly clock: Clock;
  readonly ask: Ask;
  readonly backoff: Backoff;
  /** Told what cannot be delivered, and what is damaged. */
  readonly report: (problem: string) => void;
  /** Told of each batch that the collector put away as unreadable. */
  readonly refused: () => void;
  /** What the collector refused may take on disk, in bytes. */
  readonly maxRefusedBytes: number;
}

/** What earlier processes of this service left in the folder, until the collector has it. */
export class Inheritance {
  readonly #options: InheritanceOptions;
  /** Folders that are ours now, with their bytes. */
  readonly #held = new Map<string, number>();
  /** Folders that were given up, so that they are not taken again at once. */
  readonly #passedOver = new Set<string>();
  /** What must not be under way when folders are given up. */
  readonly #atWork = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  #problem: string | undefined;
  #refusal: string | undefined;
  #refusedCount = 0;

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

  /** What the collector will never take, in words. */
  get refusal(): string | undefined {
    if (this.#refusal === undefined) return undefined;
    const what = `runs of earlier processes were refused and set aside: ${this.#refusedCount}`;
    return `${what}, the last one because ${this.#refusal}`;
  }

  /**
   * Takes what is left and delivers it, with patience where the collector is not there. `tried` is called
   * after each attempt, with what stood in its way. Resolves when nothing is left, or nothing can be done.
   * Never rejects.
   */
  async settle(isOwn: boolean, tried: (problem?: Error) => void = () => {}): Promise<void> {
    try {
      const folders = await this.#during(this.#take(isOwn));
      for (const folder of folders) await this.#deliverAtLast(folder, tried);
    } catch (error) {
      this.#options.report(`what earlier processes left cannot be looked at: ${errorOf(error).message}`);
    }
  }

  /** Shows that what is held has an owner. */
  async touch(): Promise<void> {
    await Promise.allSettled([...this.#held.keys()].map((folder) => touch(folder)));
  }

  /** Leaves to others what is not delivered, once nobody reads it here. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the agent is closed'));
    await Promise.allSettled(this.#atWork);
    await Promise.allSettled([...this.#held.keys()].map((folder) => giveUp(folder)));
    this.#held.clear();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    this.#atWork.add(work);
    try {
      return await work;
    } finally {
      this.#atWork.delete(work);
    }
  }

  async #take(isOwn: boolean): Promise<readonly string[]> {
    const folders = await claimLeft({ ...this.#options, isOwn, passedOver: this.#passedOver });
    for (const folder of folders) this.#held.set(folder, 0);
    // Only a measure of the room.
    for (const folder of folders) this.#held.set(folder, await segmentBytesIn(folder).catch(() => 0));
    return folders;
  }

  async #deliverAtLast(folder: string, tried: (problem?: Error) => void): Promise<void> {
    const { clock, backoff } = this.#options;
    for (let attempts = 1; !this.#isClosed; attempts += 1) {
      const problem = await this.#during(this.#deliver(folder));
      if (this.#isClosed) return;
      this.#problem = problem?.message;
      tried(problem);
      if (problem === undefined) return backoff.reset();
      if (!(problem instanceof Passing) && attempts >= maxAttempts)
        return this.#during(this.#putAway(folder, problem));
      await new Promise<void>((resolve) => {
        clock.setTimeout(resolve, backoff.nextMs());
      });
    }
  }

  /** What stands in the way, where something does. */
  async #deliver(folder: string): Promise<Error | undefined> {
    const { ask, clock, report, refused } = this.#options;
    const { signal } = this.#closing;
    try {
      const run = await readLeftRun(folder);
      if (run.damagedBytes > 0)
        report(`${run.damagedBytes} bytes that ${run.identity.instance} left are damaged`);
      await deliver(run, {
        now: () => clock.now(),
        refused,
        ask: async (lines) => {
          signal.throwIfAborted();
          return ask(lines, signal);
        },
      });
      await rm(folder, { recursive: true, force: true });
      this.#held.delete(folder);
      return undefined;
    } catch (error) {
      return errorOf(error);
    }
  }

  /** Where the collector has refused it, nobody will try again; else another process may have more luck. */
  async #putAway(folder: string, problem: Error): Promise<void> {
    const { report, maxRefusedBytes } = this.#options;
    this.#held.delete(folder); // it takes none of our room any more
    this.#problem = undefined;
    report(problem.message);
    try {
      if (!(problem instanceof Refused)) {
        this.#passedOver.add(await giveUp(folder));
        return;
      }
      this.#refusedCount += 1;
      this.#refusal = problem.message;
      await setAside(folder, maxRefusedBytes);
    } catch (error) {
      report(`${path.basename(folder)} cannot be put away: ${errorOf(error).message}`);
    }
  }
}

/** The collector is not there, or takes nothing now: that passes. */
export class Passing extends Error {}

/** Attempts for one run that fail in another way. */
const maxAttempts = 8;

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
