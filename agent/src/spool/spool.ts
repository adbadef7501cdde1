import type { Clock, IngestAnswer, TimerHandle } from '@holdfast/shared';
import type { Backoff } from '../stream/backoff.ts';
import type { Outbox } from '../stream/outbox.ts';
import type { Pulse } from '../stream/pulse.ts';
import type { Post } from '../stream/request-session.ts';
import type { Recorder } from '../telemetry/recorder.ts';
import { folderOf, giveUp } from './claims.ts';
import { Refused, type Ask } from './deliver.ts';
import { Inheritance, Passing } from './inheritance.ts';
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
  /** Why the disk takes nothing now, or what of earlier processes was set aside for good, in words. */
  readonly problem?: string;
}

/** Keeps on disk what is sealed, and delivers what earlier processes left there. Nothing in it throws. */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #pulse: Pulse;
  #run: { readonly folder: RunFolder; readonly segments: Segments } | undefined;
  #inheritance: Inheritance | undefined;
  #beats = 0;
  #isLooking = false;
  #isClosed = false;
  #soon: TimerHandle | undefined;
  #patience: TimerHandle | undefined;
  #hasGoneOn = false;
  #urgentMs = Number.NEGATIVE_INFINITY;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#pulse = options.createPulse(() => this.#guard(() => this.#beat()), beatMs);
  }

  get status(): SpoolStatus {
    const { recorder } = this.#options;
    const waiting = recorder.events.length + recorder.rollups.length;
    const problem = this.#run?.segments.problem ?? this.#inheritance?.refusal;
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
    const { directory, clock, post, goAhead, identity, recorder, outbox, backoff } = this.#options;
    const owner = await ownerName();
    if (this.#isClosed) return;
    const folder = new RunFolder(folderOf(directory, identity(), owner), identity);
    const maxBytes = (): number => this.#options.maxBytes - (this.#inheritance?.bytes ?? 0);
    const failed = (problem: string): void => this.#report(`the spool fails: ${problem}`);
    const segments = new Segments({ folder, clock, maxBytes, failed });
    this.#run = { folder, segments };
    recorder.overflowReason = () => (segments.isFull ? 'spool_full' : 'queue_overflow');
    outbox.shelf = segments;
    this.#pulse.start();
    if (post === undefined) return goAhead();
    const { service, instance } = identity();
    const report = (problem: string): void => this.#report(problem);
    const inherited = {
      directory,
      owner,
      service,
      instance,
      clock,
      ask: this.#asking(post),
      backoff,
      report,
      refused: () => recorder.drops.add('batch', 'refused'),
      maxRefusedBytes: this.#options.maxBytes,
    };
    const inheritance = new Inheritance(inherited);
    this.#inheritance = inheritance;
    await new Promise<void>((resolve) => {
      void this.#settle(inheritance, resolve);
    });
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
    if (run === undefined) return;
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
  async #settle(inheritance: Inheritance, attempted: () => void): Promise<void> {
    const { clock } = this.#options;
    await inheritance.settle(true, (problem) => {
      attempted();
      // Where nobody answers, a connection of our own would find nobody either.
      if (problem !== undefined && !isUnreachable(problem) && !this.#isClosed)
        this.#patience ??= clock.setTimeout(() => this.#goOn(), patienceMs);
    });
    attempted();
    this.#goOn();
    await this.#lookAtOthers();
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

  async #leave({ folder, segments }: { folder: RunFolder; segments: Segments }): Promise<void> {
    const { outbox } = this.#options;
    this.#guard(() => this.#seal());
    await segments.settled();
    const { first, next } = outbox;
    if (first < next && folder.isMade) await segments.end({ next, stored: first - 1, clean: true });
    await segments.close();
    if (first === next) await folder.remove();
    else if (folder.isMade) await giveUp(folder.path);
    this.#run = undefined;
  }

  #beat(): void {
    this.#beats += 1;
    this.#options.recorder.readMeters();
    this.#seal();
    this.#run?.segments.retry();
    if (this.#beats % touchBeats === 0) void this.#touch().catch(() => {}); // the next one may succeed
    if (this.#beats % lookBeats === 0) void this.#lookAtOthers();
  }

  #seal(): void {
    this.#options.outbox.sealForShelf(shelfLimits);
  }

  async #touch(): Promise<void> {
    if (this.#run?.folder.isMade === true) await touch(this.#run.folder.path);
    await this.#inheritance?.touch();
  }

  /** Runs of other instances have nothing to do with ours, and can be delivered beside it. */
  async #lookAtOthers(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    await this.#inheritance?.settle(false);
    this.#isLooking = false;
  }

  #report(problem: string): void {
    this.#options.internalError(new Error(problem));
  }

  #asking(post: Post): Ask {
    const { clock, readAnswer } = this.#options;
    return async (lines, signal) => {
      const abort = new AbortController();
      const timer = clock.setTimeout(() => abort.abort(new Error('no answer')), answerMs);
      try {
        const body = Buffer.concat(lines.flatMap((line) => [line, newline]));
        const { status, text } = await post(body, AbortSignal.any([abort.signal, signal])).catch(
          (error: unknown) => {
            throw new Passing(error instanceof Error ? error.message : String(error), { cause: error });
          },
        );
        const answer = status === 200 ? readAnswer(text) : undefined;
        if (answer !== undefined) return answer;
        const problem = `the collector answered ${status}: ${text.slice(0, 200)}`;
        // A later run of this instance seems to be there: a connection that nobody has yet seen to be dead.
        if (status === 409) throw new Error(problem);
        const isRefused = status >= 400 && status < 500 && !passingStatuses.includes(status);
        throw isRefused ? new Refused(problem) : new Passing(problem);
      } finally {
        timer.cancel();
      }
    };
  }
}

/** What is sealed for the disk must fit whichever collector it is brought to. */
const shelfLimits = { batchBytes: 32_768, windowBatches: 8 } as const;
const beatMs = 500;
const urgentEveryMs = 20;
const touchBeats = 30;
const lookBeats = 120;
const answerMs = 30_000;
/** Whose own connection waits longer has flags and overrides of the past. */
const patienceMs = 30_000;
/** The token may be mended, and the collector have more time. */
const passingStatuses = [401, 403, 408, 429];
const newline = Buffer.from('\n');

/** Whether nobody was there to answer. */
function isUnreachable({ cause }: Error): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|E(HOST|NET)UNREACH)$/.test(code);
}
