import { type Clock, type Fleet, fold, type LogEntry } from '@holdfast/shared';
import type { EventStore } from '../store/event-store.ts';
import { foldsFrom } from './folded-state.ts';

/** So long folding may go on before others get their turn. */
const turnMs = 10;

/** The fleet as it was at a past moment, and entry by entry on from there. */
export class Playback {
  fleet: Fleet;
  private readonly store: EventStore;
  private readonly clock: Clock;
  private entries: AsyncIterator<LogEntry> | undefined;
  /** Read already, and later than the present moment. */
  private ahead: LogEntry | undefined;

  private constructor(store: EventStore, clock: Clock, fleet: Fleet) {
    this.store = store;
    this.clock = clock;
    this.fleet = fleet;
  }

  /** Folds the log up to a moment, from the nearest base before it. */
  static async at(moment: number, { store, clock }: { store: EventStore; clock: Clock }): Promise<Playback> {
    const base = await store.baseFor(moment);
    const { fleet } = foldsFrom(base?.fleet, []);
    const playback = new Playback(store, clock, fleet);
    await playback.advance(moment, () => {});
    return playback;
  }

  /** Folds what happened up to a later moment, and tells which resources each entry touched. */
  async advance(to: number, touch: (addresses: ReadonlySet<string>) => void): Promise<void> {
    let turnAt = this.clock.monotonic();
    for (;;) {
      const entry = await this.next();
      if (entry === undefined) return;
      if (entry.at > to) {
        this.ahead = entry;
        return;
      }
      this.take(entry, touch);
      if (this.clock.monotonic() - turnAt < turnMs) continue;
      await new Promise<void>((resolve) => this.clock.setTimeout(resolve, 0));
      turnAt = this.clock.monotonic();
    }
  }

  private take(entry: LogEntry, touch: (addresses: ReadonlySet<string>) => void): void {
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
    this.entries ??= this.store.readFrom(this.fleet.lastEntryId)[Symbol.asyncIterator]();
    const read = await this.entries.next();
    if (read.done !== true) return read.value;
    this.entries = undefined;
    return undefined;
  }
}
