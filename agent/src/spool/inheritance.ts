import type { Clock } from '@holdfast/shared';
import { readFile, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Backoff } from '../stream/backoff.ts';
import { type ClaimOptions, claimLeft, giveUp, setAside } from './claims.ts';
import { type Ask, deliver, Refused } from './deliver.ts';
import type { Disk } from './disk.ts';
import { errorOf, isUnreachable } from './errors.ts';
import { readLeftRun, segmentBytesIn } from './left-run.ts';
import { touch } from './run-folder.ts';

export interface InheritanceOptions extends Omit<ClaimOptions, 'isOwn' | 'passedOver'> {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly ask: Ask;
  readonly backoff: Backoff;
  /** Told what cannot be delivered, and what is damaged. */
  readonly report: (problem: string) => void;
  /** Told of each batch that the collector put away as unreadable. */
  readonly refused: () => void;
  /** What the collector refused may take on disk, in bytes. */
  readonly maxRefusedBytes: number;
}

interface HeldRun {
  readonly isOwn: boolean;
  readonly bytes: number;
  /** Answers that were a no, not only a not yet. */
  refusals: number;
  /** Why it was not delivered, in words. */
  problem?: string | undefined;
}

/** What earlier processes of this service left in the folder, until the collector has it. */
export class Inheritance {
  readonly #options: InheritanceOptions;
  /** Folders that are ours now. */
  readonly #held = new Map<string, HeldRun>();
  /** Folders that were given up, so that they are not taken again at once. */
  readonly #passedOver = new Set<string>();
  /** What must not be under way when folders are given up. */
  readonly #atWork = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  #refusal: string | undefined;
  #refusedCount = 0;

  constructor(options: InheritanceOptions) {
    this.#options = options;
  }

  /** What is held takes so much of the room on disk. */
  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#held.values()) sum += bytes;
    return sum;
  }

  /** Why it cannot be delivered now, in words. */
  get problem(): string | undefined {
    for (const { problem } of this.#held.values()) if (problem !== undefined) return problem;
    return undefined;
  }

  /** What the collector will never take, in words. */
  get refusal(): string | undefined {
    if (this.#refusal === undefined) return undefined;
    const what = `${this.#refusedCount} runs of earlier processes were refused and set aside`;
    return `${what}, the last because ${this.#refusal}`;
  }

  /**
   * Takes what this instance left and delivers it, with patience where the collector is not there. `tried` is
   * called after each attempt, with what stood in its way. Resolves when nothing is left, or nothing can be
   * done. Never rejects.
   */
  async settleOwn(tried: (problem?: Error) => void): Promise<void> {
    const { clock, backoff } = this.#options;
    while ((await this.#round(true, tried)) && !this.#isClosed)
      await new Promise<void>((resolve) => {
        clock.setTimeout(resolve, backoff.nextMs());
      });
    backoff.reset();
  }

  /** Takes what other instances left, and tries once to deliver it. Never rejects. */
  async tryOthers(): Promise<void> {
    await this.#round(false, () => {});
  }

  /** Shows that what is held has an owner. */
  async touch(): Promise<void> {
    await this.#forEach(touch);
  }

  /** Leaves to others what is not delivered, once nobody reads it here. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    await Promise.allSettled(this.#atWork);
    await this.#forEach(giveUp);
    this.#held.clear();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** What fails for one holds up no other. */
  async #forEach(run: (folder: string) => Promise<unknown>): Promise<void> {
    const { disk } = this.#options;
    await Promise.allSettled([...this.#held.keys()].map((folder) => disk.do(() => run(folder))));
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    this.#atWork.add(work);
    try {
      return await work;
    } finally {
      this.#atWork.delete(work);
    }
  }

  /** One attempt for each run, so that none waits for another. Whether one more is worth it. */
  async #round(isOwn: boolean, tried: (problem?: Error) => void): Promise<boolean> {
    if (this.#isClosed) return false;
    try {
      await this.#during(this.#take(isOwn));
    } catch (error) {
      this.#options.report(`what earlier processes left cannot be looked at: ${errorOf(error).message}`);
    }
    for (const [folder, run] of this.#held) {
      if (run.isOwn !== isOwn || this.#isClosed) continue;
      const problem = await this.#during(this.#deliver(folder, run));
      if (this.#isClosed) break;
      run.problem = problem?.message;
      tried(problem);
      if (problem === undefined) continue;
      if (isUnreachable(problem)) break; // nobody would take the others either
      if (problem instanceof Passing) continue;
      run.refusals += 1;
      if (run.refusals >= maxRefusals) await this.#during(this.#putAway(folder, problem));
    }
    return [...this.#held.values()].some((run) => run.isOwn === isOwn);
  }

  async #take(isOwn: boolean): Promise<void> {
    const { disk } = this.#options;
    const claims = { ...this.#options, isOwn, passedOver: this.#passedOver };
    for (const folder of await disk.do(() => claimLeft(claims))) {
      // Only a measure of the room.
      const bytes = await disk.do(() => segmentBytesIn(folder)).catch(() => 0);
      this.#held.set(folder, { isOwn, bytes, refusals: 0 });
    }
  }

  /** What stands in the way, where something does. */
  async #deliver(folder: string, { problem }: HeldRun): Promise<Error | undefined> {
    const { ask, clock, disk, report, refused } = this.#options;
    const { signal } = this.#closing;
    try {
      const run = await readLeftRun(folder, (file) => disk.do(() => readFile(file)));
      if (run.damagedBytes > 0 && problem === undefined)
        report(`${run.damagedBytes} bytes that ${run.identity.instance} left are damaged`);
      await deliver(run, {
        now: () => clock.now(),
        refused,
        ask: async (lines) => {
          signal.throwIfAborted();
          return ask(lines, signal);
        },
      });
      await disk.do(() => rm(folder, { recursive: true, force: true }));
      this.#held.delete(folder);
      return undefined;
    } catch (error) {
      return errorOf(error);
    }
  }

  /** Where the collector has refused it, nobody will try again; else another process may have more luck. */
  async #putAway(folder: string, problem: Error): Promise<void> {
    const { disk, report, maxRefusedBytes } = this.#options;
    this.#held.delete(folder); // it takes none of our room any more
    report(problem.message);
    try {
      if (problem instanceof Refused) {
        this.#refusedCount += 1;
        this.#refusal = problem.message;
        await disk.do(() => setAside(folder, maxRefusedBytes));
      } else this.#passedOver.add(await disk.do(() => giveUp(folder)));
    } catch (error) {
      report(`${basename(folder)} cannot be put away: ${errorOf(error).message}`);
    }
  }
}

/** The collector is not there, or takes nothing now: that passes. */
export class Passing extends Error {}

/** For one run. */
const maxRefusals = 12;
