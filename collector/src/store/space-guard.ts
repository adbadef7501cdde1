import type { Clock, TimerHandle } from '@holdfast/shared';
import { CollectorError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Database, Queue } from './database.ts';
import { Reserve, reserveBytes } from './reserve.ts';

export interface SpaceGuardOptions {
  readonly folder: string;
  readonly writer: Database;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly log: Log;
}

const lookEveryMs = 1_000;

/**
 * Stands between whoever writes and a disk that is full. It then gives up the reserve, so that the
 * write-ahead log can be folded into the database and old rows removed, and refuses what is new until there
 * is space for the reserve and as much again.
 */
export class SpaceGuard {
  /** Why nothing is stored, for people; `undefined` while all is well. */
  problem: string | undefined;
  /** Called when the disk has become full and the reserve is given up. */
  onFull: () => void = () => {};
  private readonly options: SpaceGuardOptions;
  private readonly reserve: Reserve;
  private timer: TimerHandle | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(options: SpaceGuardOptions) {
    this.options = options;
    this.reserve = new Reserve(options.folder);
  }

  /** Makes the reserve. A disk that has no room for it is told of; it may still do for what is there. */
  async open(): Promise<void> {
    try {
      await this.reserve.make();
    } catch (error) {
      const what = `no space for a reserve of ${reserveBytes / 1_048_576} MiB in ${this.options.folder}`;
      this.options.log('warning', `${what}: ${messageOf(error)}`);
    }
  }

  /** Writes, in its turn. Throws `disk_full` where there is no space, and then nothing of it is written. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.options.queue.run(async () => {
      if (this.problem !== undefined) throw this.refusal();
      try {
        return await work();
      } catch (error) {
        if (!isNoSpace(error)) throw error;
        await this.begin();
        throw this.refusal(error);
      }
    });
  }

  async close(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    await this.looking;
  }

  private refusal(cause?: unknown): CollectorError {
    return new CollectorError('disk_full', this.problem ?? '', cause);
  }

  private async begin(): Promise<void> {
    const { folder, log } = this.options;
    this.problem = `the disk of the data folder ${folder} is full: nothing is stored until there is space`;
    log('error', this.problem);
    await this.reserve.giveUp();
    await this.foldLog();
    this.lookLater();
    this.onFull();
  }

  /** The write-ahead log into the database, and its own space back to the disk. */
  private async foldLog(): Promise<void> {
    try {
      await this.options.writer.all('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      this.options.log('warning', `the write-ahead log could not be folded: ${messageOf(error)}`);
    }
  }

  private lookLater(): void {
    this.timer = this.options.clock.setTimeout(() => {
      this.looking = this.look().catch((error: unknown) => {
        this.options.log('error', `the disk cannot be looked at: ${messageOf(error)}`);
        this.lookLater();
      });
    }, lookEveryMs);
  }

  /** What was just given up must not count as new space, or the two would take turns for ever. */
  private async look(): Promise<void> {
    const hasSpace = (await this.reserve.freeBytes()) >= 2 * reserveBytes && (await this.canReserve());
    if (this.timer === undefined) return;
    if (!hasSpace) return this.lookLater();
    this.problem = undefined;
    this.options.log('info', 'there is space on the disk again: what comes is stored');
  }

  private async canReserve(): Promise<boolean> {
    try {
      await this.reserve.make();
      return true;
    } catch {
      return false;
    }
  }
}

function isNoSpace(error: unknown): boolean {
  return /SQLITE_FULL|ENOSPC|EDQUOT|database or disk is full/.test(messageOf(error));
}
