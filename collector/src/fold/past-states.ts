import { fold, type FleetView, viewOf } from '@holdfast/shared';
import { Queue } from '../store/database.ts';
import type { EventStore } from '../store/event-store.ts';
import { type Folds, foldsFrom } from './folded-state.ts';

/** How many views are kept: whoever looks at the past asks for the parts of one moment in turn. */
const keptViews = 8;
/** A moment this near may still get entries that are on their way to the disk. */
const settledMs = 10_000;

/** The folds of the log as they were at past moments: from the nearest base before one, up to it. */
export class PastStates {
  private readonly store: EventStore;
  private readonly now: () => number;
  /** One moment is folded at a time, however many ask. */
  private readonly queue = new Queue();
  private readonly views = new Map<number, FleetView>();
  /** Where the last question left off: the next is mostly a little later. */
  private cursor: { readonly folds: Folds; readonly at: number } | undefined;

  constructor(store: EventStore, now: () => number) {
    this.store = store;
    this.now = now;
  }

  /** The first moment that can be asked for; `undefined` while there is none. */
  beginsAt(): Promise<number | undefined> {
    return this.store.pastBeginsAt();
  }

  viewAt(at: number): Promise<FleetView> {
    const known = this.views.get(at);
    if (known !== undefined) return Promise.resolve(known);
    return this.stateAt(at, ({ fleet }) => {
      const view = this.views.get(at) ?? viewOf(fleet, at);
      if (this.isSettled(at)) this.keep(view);
      return view;
    });
  }

  /** What `read` makes of the folds at a moment, which are its own only until it returns. */
  stateAt<T>(at: number, read: (folds: Folds) => T): Promise<T> {
    return this.queue.run(async () => {
      const { folds, from } = await this.startFor(at);
      this.cursor = undefined; // half of the way may fail
      await this.foldUpTo(at, folds, from);
      if (this.isSettled(at)) this.cursor = { folds, at };
      return read(folds);
    });
  }

  private async startFor(at: number): Promise<{ readonly folds: Folds; readonly from: number }> {
    const { cursor } = this;
    const base = await this.store.baseFor(at);
    if (cursor !== undefined && cursor.at <= at && cursor.at >= (base?.at ?? 0)) {
      return { folds: cursor.folds, from: cursor.folds.fleet.lastEntryId };
    }
    return { folds: foldsFrom(base?.fleet, base?.totals ?? []), from: base?.id ?? 0 };
  }

  private async foldUpTo(at: number, { fleet, history }: Folds, from: number): Promise<void> {
    for await (const entry of this.store.readFrom(from)) {
      if (entry.at > at) break;
      try {
        fold(fleet, entry);
        history.add(fleet, entry);
      } catch {
        // left out, as it was when it came; the log told of it then
      }
    }
    history.release(history.seal()); // only its totals are wanted
  }

  private isSettled(at: number): boolean {
    return at <= this.now() - settledMs;
  }

  private keep(view: FleetView): void {
    this.views.set(view.at, view);
    for (const oldest of this.views.keys()) {
      if (this.views.size <= keptViews) break;
      this.views.delete(oldest);
    }
  }
}
