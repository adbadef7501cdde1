import type { Clock, IngestAnswer, TimerHandle } from '@holdfast/shared';
import type { Backoff } from '../stream/backoff.ts';
import type { Outbox } from '../stream/outbox.ts';
import type { Pulse } from '../stream/pulse.ts';
import type { Post } from '../stream/request-session.ts';
import type { Recorder } from '../telemetry/recorder.ts';
import { createAsk } from './ask.ts';
import { folderOf, giveUp, setAside } from './claims.ts';
import { Disk } from './disk.ts';
import { isUnreachable } from './errors.ts';
import { Inheritance } from './inheritance.ts';
import { ownerName } from './owner.ts';
import { RunFolder, touch } from './run-folder.ts';
import type { RunIdentity } from './run-identity.ts';
import { Segments } from './segments.ts';

export interface SpoolOptions {
  readonly directory: string;
  /** What may stand there at most for this process, with what it took over, in bytes. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly outbox: Outbox;
  /** Who this run is. */
  readonly identity: () => RunIdentity;
  /** Absent where the collector takes no requests: then nothing is taken over. */
  readonly post: Post | undefined;
  /** Called when the collector may hear of this run: what this instance left before goes first. */
  readonly goAhead: () => void;
  readonly internalError: (error: unknown) => void;
  // Of the agent's own file: what is loaded later imports nothing of it.
  readonly makeFolder: (folder: string) => Promise<void>;
  readonly createPulse: (beat: () => void, everyMs: number) => Pulse;
  readonly readAnswer: (text: string) => IngestAnswer | undefined;
  readonly backoff: Backoff;
}

/** How it stands with what is kept on disk. */
export interface SpoolStatus {
  /** What stands there, with what earlier processes left and the collector has not got yet. */
  readonly bytes: number;
  /** Events, rollups and batches that are not on disk yet: what a sudden end would take along. */
  readonly unwrittenCount: number;
  /** Why the disk takes nothing now, or what becomes of that which earlier processes left, in words. */
  readonly problem?: string;
}

interface Run {
  readonly folder: RunFolder;
  readonly segments: Segments;
}

/** Keeps on disk what is sealed, and delivers what earlier processes left there. Nothing in it throws. */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #pulse: Pulse;
  readonly #disk = new Disk();
  #run: Run | undefined;
  #inheritance: Inheritance | undefined;
  #beats = 0;
  #isLooking = false;
  #isClosed = false;
  #soon: TimerHandle | undefined;
  #patience: TimerHandle | undefined;
  #hasGoneOn = false;
  #urgentMs = Number.NEGATIVE_INFINITY;
  #owner = '';
  #attempted: () => void = () => {};

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#pulse = options.createPulse(() => this.#guard(() => this.#beat()), beatMs);
  }

  get status(): SpoolStatus {
    const { recorder } = this.#options;
    const waiting = recorder.events.length + recorder.rollups.length;
    const { problem } = this;
    return {
      ...(problem === undefined ? {} : { problem }),
      bytes: (this.#run?.segments.bytes ?? 0) + (this.#inheritance?.bytes ?? 0),
      unwrittenCount: waiting + (this.#run?.segments.unwrittenCount ?? 0),
    };
  }

  get problem(): string | undefined {
    const disk = this.#run?.segments.problem;
    if (disk !== undefined) return `the spool cannot be written: ${disk}`;
    const left = this.#inheritance?.problem;
    if (left !== undefined) return `what an earlier process left does not get through: ${left}`;
    return this.#inheritance?.refusal;
  }

  /** Resolves once the first attempt is over to deliver what this instance left. */
  async open(): Promise<void> {
    const { directory, maxBytes, clock, post, identity, recorder, backoff, readAnswer } = this.#options;
    this.#owner = await ownerName(identity().epoch);
    if (this.#isClosed) return;
    this.#begin();
    recorder.overflowReason = () => (this.#run?.segments.isFull ? 'spool_full' : 'queue_overflow');
    this.#pulse.start();
    if (post === undefined) return this.#goOn();
    const { service, instance } = identity();
    const inheritance = new Inheritance({
      directory,
      owner: this.#owner,
      service,
      instance,
      clock,
      disk: this.#disk,
      ask: createAsk({ post, clock, readAnswer }),
      backoff,
      report: (problem) => this.#report(problem),
      refused: () => recorder.drops.add('batch', 'refused'),
      maxRefusedBytes: maxBytes,
    });
    this.#inheritance = inheritance;
    await new Promise<void>((resolve) => {
      this.#attempted = resolve;
      void this.#settle(inheritance);
    });
  }

  /** What comes is of another run; what stands on disk goes nowhere, as its numbers are another's. */
  startOver(): void {
    const before = this.#run;
    this.#begin();
    if (before !== undefined) void this.#abandon(before).catch(this.#options.internalError);
  }

  /** Something was recorded that people wait for: to disk, at most once in 20 ms. */
  sealSoon(): void {
    if (this.#soon !== undefined || this.#isClosed) return;
    const { clock } = this.#options;
    const waitMs = Math.max(0, this.#urgentMs + urgentEveryMs - clock.monotonic());
    this.#soon = clock.setTimeout(() => {
      this.#soon = undefined;
      this.#urgentMs = clock.monotonic();
      this.#guard(() => this.#seal());
    }, waitMs);
  }

  /** The process ends now. `isClean` where it ended by itself. */
  endSync(isClean: boolean): void {
    const { outbox, recorder } = this.#options;
    const run = this.#run;
    // Who waits for a disk that hangs does not end.
    if (run === undefined || this.#disk.problem !== undefined) return;
    try {
      run.segments.halt();
      recorder.readMeters();
      this.#seal();
      const { first, next } = outbox;
      if (first < next) run.segments.endSync({ next, stored: first - 1, clean: isClean });
      else if (run.folder.isMade) run.folder.removeSync();
    } catch (error) {
      this.#options.internalError(error);
    }
  }

  /** Leaves on disk what the collector has not got. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pulse.stop();
    this.#soon?.cancel();
    this.#patience?.cancel();
    const { internalError } = this.#options;
    if (this.#run !== undefined) await this.#leave(this.#run).catch(internalError);
    await this.#inheritance?.close();
  }

  /** What this instance left goes first, but not for ever. Never rejects. */
  async #settle(inheritance: Inheritance): Promise<void> {
    const { clock } = this.#options;
    await inheritance.settleOwn((problem) => {
      this.#attempted();
      // Where nobody answers, a connection of our own would find nobody either.
      if (problem !== undefined && !isUnreachable(problem) && !this.#isClosed)
        this.#patience ??= clock.setTimeout(() => this.#goOn(), patienceMs);
    });
    this.#attempted();
    this.#goOn();
    await this.#lookAtOthers();
  }

  #begin(): void {
    const { directory, clock, identity, outbox, recorder, makeFolder } = this.#options;
    const about = identity();
    const folder = new RunFolder(folderOf(directory, about, this.#owner), { about, makeFolder });
    const maxBytes = (): number => this.#options.maxBytes - (this.#inheritance?.bytes ?? 0);
    const failed = (problem: string): void => this.#report(`the spool fails: ${problem}`);
    const { dictionary } = recorder;
    const segments = new Segments({ folder, disk: this.#disk, clock, dictionary, maxBytes, failed });
    this.#run = { folder, segments };
    outbox.shelf = segments;
  }

  async #abandon({ folder, segments }: Run): Promise<void> {
    segments.halt();
    await segments.close();
    if (folder.isMade) await this.#disk.do(() => setAside(folder.path, this.#options.maxBytes));
  }

  #goOnWithout(): void {
    this.#report(`the spool fails: ${this.#disk.problem}`);
    this.#attempted();
    this.#goOn();
  }

  #goOn(): void {
    this.#patience?.cancel();
    if (this.#isClosed || this.#hasGoneOn) return;
    this.#hasGoneOn = true;
    this.#guard(() => this.#beat());
    this.#pulse.start(); // from now on in step with the session's
    this.#guard(() => this.#options.goAhead());
  }

  /** The host never feels what fails here: it goes on in memory. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.internalError(error);
    }
  }

  async #leave({ folder, segments }: Run): Promise<void> {
    const { outbox } = this.#options;
    this.#guard(() => this.#seal());
    await segments.settled();
    const { first, next } = outbox;
    if (first < next && folder.isMade) await segments.end({ next, stored: first - 1, clean: true });
    await segments.close();
    if (first === next) await this.#disk.do(() => folder.remove());
    else if (folder.isMade) await this.#disk.do(() => giveUp(folder.path));
    this.#run = undefined;
  }

  #beat(): void {
    this.#beats += 1;
    if (this.#disk.hangs()) this.#goOnWithout();
    this.#options.recorder.readMeters();
    this.#seal();
    this.#run?.segments.retry();
    if (this.#beats % touchBeats === 0 && this.#disk.problem === undefined)
      void this.#touch().catch(() => {}); // the next one may succeed
    if (this.#beats % lookBeats === 0) void this.#lookAtOthers();
  }

  #seal(): void {
    this.#options.outbox.sealForShelf(shelfLimits);
  }

  async #touch(): Promise<void> {
    const { folder } = this.#run ?? {};
    if (folder?.isMade === true) await this.#disk.do(() => touch(folder.path));
    await this.#inheritance?.touch();
  }

  /** Runs of other instances have nothing to do with ours, and can be delivered beside it. */
  async #lookAtOthers(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    await this.#inheritance?.tryOthers();
    this.#isLooking = false;
  }

  #report(problem: string): void {
    this.#options.internalError(new Error(problem));
  }
}

/** What is sealed for the disk must fit whichever collector it is brought to. */
const shelfLimits = { batchBytes: 32_768, windowBatches: 8 } as const;
const beatMs = 500;
const urgentEveryMs = 20;
const touchBeats = 30;
const lookBeats = 60;
/**
 * Whose own connection waits longer has flags and overrides of the past. As long as a collector takes to see
 * that a connection is dead, and a little more.
 */
const patienceMs = 40_000;
