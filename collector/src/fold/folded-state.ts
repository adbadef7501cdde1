import {
  type Clock,
  createFleet,
  type Fleet,
  type FleetSnapshot,
  fleetFrom,
  fold,
  type LogEntry,
  snapshotOf,
  type TimerHandle,
} from '@holdfast/shared';
import type { Bus } from '../bus/bus.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { Queue } from '../store/database.ts';
import type { EventStore, Saved, Total } from '../store/event-store.ts';
import { History } from './history.ts';

export interface FoldedStateOptions {
  readonly store: EventStore;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  /** How often a snapshot is made that the log can be cut behind, milliseconds. */
  readonly baseEveryMs: number;
}

const flushEveryMs = 60_000;
const baseEveryEntries = 5_000;
/** Flushes come a little after the full minute, so that most minutes are whole when they are written. */
const flushDelayMs = 2_000;

/** The folds of the log, kept in memory as entries become durable and saved once a minute. */
export class FoldedState {
  fleet: Fleet = createFleet();
  history: History = new History([]);
  /**
   * Rises as a save or rebuild begins, so that a reader of both memory and store can tell that they moved.
   */
  generation = 0;
  private readonly options: FoldedStateOptions;
  private readonly saves = new Queue();
  private savedId = 0;
  private baseAt = 0;
  private baseId = 0;
  private timer: TimerHandle | undefined;

  constructor(options: FoldedStateOptions) {
    this.options = options;
  }

  /** Goes on from what was saved, and folds the log behind it. */
  async open(): Promise<void> {
    const saved = await this.options.store.load();
    if (saved.isOutdated) await this.rebuild();
    else await this.replay(saved);
    this.scheduleFlush();
  }

  /** Adds an entry that has become durable. */
  apply(entry: LogEntry): void {
    const touched = this.foldInto(this.fleet, this.history, entry);
    this.options.bus.publish({ type: 'folded', entry, touched });
  }

  /** Saves what was derived since the last time. What cannot be saved now is saved with the next. */
  flush(): Promise<void> {
    return this.saves.run(async () => {
      if (this.fleet.lastEntryId === this.savedId) return;
      this.generation++;
      await this.save();
    });
  }

  /** Resolves once no save is under way. */
  whenSaved(): Promise<void> {
    return this.saves.run(async () => {});
  }

  /** Forgets all that is derived and folds the log anew. Nothing may be applied meanwhile. */
  async rebuild(): Promise<void> {
    await this.saves.run(async () => {
      this.generation++;
      await this.replay(await this.options.store.clear());
    });
    await this.flush();
    this.options.bus.publish({ type: 'rebuilt' });
  }

  async close(): Promise<void> {
    this.timer?.cancel();
    await this.flush();
  }

  private async save(): Promise<void> {
    const at = this.options.clock.now();
    await this.saveFolds(this, { at, isBase: this.isBaseDue(at, this.fleet) });
  }

  /** By time, and where much happens by entries: what lies between two bases is what a past moment costs. */
  private isBaseDue(at: number, { lastEntryId }: Fleet): boolean {
    return at - this.baseAt >= this.options.baseEveryMs || lastEntryId - this.baseId >= baseEveryEntries;
  }

  private async saveFolds(
    { fleet, history }: Folds,
    { at, isBase }: { readonly at: number; readonly isBase: boolean },
  ): Promise<void> {
    const folded = fleet.lastEntryId;
    const chunks = history.seal();
    await this.options.store.save({
      folded,
      at,
      fleet: JSON.stringify(snapshotOf(fleet)),
      ...(isBase ? { base: history.allTotals() } : {}),
      ...history.contentsOf(chunks),
    });
    history.release(chunks);
    this.savedId = folded;
    if (!isBase) return;
    this.baseAt = at;
    this.baseId = folded;
  }

  /** The state as it was stays in place until the whole log is folded. */
  private async replay(saved: Saved): Promise<void> {
    const folds = foldsFrom(saved.snapshot?.fleet, saved.totals);
    this.savedId = saved.folded;
    this.baseAt = saved.baseAt;
    this.baseId = saved.folded;
    let lastAt = saved.baseAt;
    for await (const entry of this.options.store.readFrom(folds.fleet.lastEntryId)) {
      if (entry.id > saved.folded) lastAt = await this.saveBaseBefore(entry.at, folds, lastAt);
      this.foldInto(folds.fleet, entry.id > saved.folded ? folds.history : undefined, entry);
    }
    this.fleet = folds.fleet;
    this.history = folds.history;
  }

  /** A log that is folded anew leaves its bases as it did the first time, and no more in memory than then. */
  private async saveBaseBefore(at: number, folds: Folds, lastAt: number): Promise<number> {
    if (folds.fleet.lastEntryId > this.savedId && this.isBaseDue(at, folds.fleet)) {
      await this.saveFolds(folds, { at: lastAt, isBase: true });
    }
    return at;
  }

  /**
   * An entry that cannot be folded is left out, now and at each start: it must not keep the rest from being
   * seen.
   */
  private foldInto(fleet: Fleet, history: History | undefined, entry: LogEntry): ReadonlySet<string> {
    try {
      const touched = fold(fleet, entry);
      history?.add(fleet, entry);
      return touched;
    } catch (error) {
      this.options.log(
        'error',
        `log entry ${entry.id} (${entry.type}) cannot be folded: ${messageOf(error)}`,
      );
      return new Set();
    }
  }

  private scheduleFlush(): void {
    const { clock, log } = this.options;
    const sinceMinute = (clock.now() - flushDelayMs) % flushEveryMs;
    this.timer = clock.setTimeout(() => {
      this.scheduleFlush();
      this.flush().catch((error: unknown) => log('error', `could not save snapshots: ${messageOf(error)}`));
    }, flushEveryMs - sinceMinute);
  }
}

/** The folds of the log, up to the same entry. */
export interface Folds {
  readonly fleet: Fleet;
  readonly history: History;
}

/** Folds to go on from; without a snapshot those of an empty log. */
export function foldsFrom(snapshot: string | undefined, totals: readonly Total[]): Folds {
  const history = new History(totals);
  if (snapshot === undefined) return { fleet: createFleet(), history };
  return { fleet: fleetFrom(JSON.parse(snapshot) as FleetSnapshot), history }; // as `save` wrote it
}
