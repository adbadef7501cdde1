import { type Clock, type Fleet, fold, type LogEntry } from '@holdfast/shared';
import type { EventStore } from '../store/event-store.ts';
import { foldsFrom } from './folded-state.ts';

/** So long folding may go on before others get their turn. */
const turnMs = 10;

export interface PlaybackOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  /** Asked before each entry: folding ends where it says no. */
  readonly isWanted: () => boolean;
}

/** The fleet as it was at a past moment, and entry by entry on from there. */
export class Playback {
  fleet: Fleet;
  private readonly options: PlaybackOptions;
  private entries: AsyncIterator<LogEntry> | undefined;
  /** Read already, and later than the present moment. */
  private ahead: LogEntry | undefined;

  private constructor(options: PlaybackOptions, fleet: Fleet) {
    this.options = options;
    this.fleet = fleet;
  }

  /** Folds the log up to a moment, from the nearest base before it. */
  static async at(moment: number, options: PlaybackOptions): Promise<Playback> {
    const base = await options.store.baseFor(moment);
    const { fleet } = foldsFrom(base?.fleet, []);
    const playback = new Playback(options, fleet);
    await playback.advance(moment, () => {});
    return playback;
  }

  /** Folds what happened up to a later moment, and tells which resources each entry touched. */
  async advance(to: number, touch: (addresses: Iterable<string>) => void): Promise<void> {
    const { clock, isWanted } = this.options;
    let turnAt = clock.monotonic();
    for (;;) {
      if (!isWanted()) return this.leave();
      const entry = await this.next();
      if (entry === undefined) return;
      if (entry.at > to) {
        this.ahead = entry;
        return;
      }
      this.take(entry, touch);
      if (clock.monotonic() - turnAt < turnMs) continue;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 0));
      turnAt = clock.monotonic();
    }
  }

  /** Lets go of what it reads from. */
  private async leave(): Promise<void> {
    await this.entries?.return?.();
  }

  private take(entry: LogEntry, touch: (addresses: Iterable<string>) => void): void {
    try {
      touch(fold(this.fleet, entry));
    } catch {
      // left out, as it was when it came; the log told of it then
    }
  }

  /** The log grows meanwhile: where it ended once, it is read on from there. */
  private async next(): Promise<LogEntry | undefined> {
    const { ahead } = this;
    if (ahead !== undefined) {
      this.ahead = undefined;
      return ahead;
    }
    this.entries ??= this.options.store.readFrom(this.fleet.lastEntryId)[Symbol.asyncIterator]();
    const read = await this.entries.next();
    if (read.done !== true) return read.value;
    this.entries = undefined;
    return undefined;
  }
}
