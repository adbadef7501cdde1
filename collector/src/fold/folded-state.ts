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
import type { EventStore, Saved } from '../store/event-store.ts';
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
    const { store, clock, baseEveryMs } = this.options;
    const at = clock.now();
    const folded = this.fleet.lastEntryId;
    const isBase = at - this.baseAt >= baseEveryMs;
    const chunks = this.history.seal();
    await store.save({
      folded,
      at,
      fleet: JSON.stringify(snapshotOf(this.fleet)),
      ...(isBase ? { base: this.history.allTotals() } : {}),
      ...this.history.contentsOf(chunks),
    });
    this.history.release(chunks);
    this.savedId = folded;
    if (isBase) this.baseAt = at;
  }

  /** The state as it was stays in place until the whole log is folded. */
  private async replay(saved: Saved): Promise<void> {
    const fleet = saved.snapshot === undefined ? createFleet() : readFleet(saved.snapshot.fleet);
    const history = new History(saved.totals);
    for await (const entry of this.options.store.readFrom(fleet.lastEntryId)) {
      this.foldInto(fleet, entry.id > saved.folded ? history : undefined, entry);
    }
    this.fleet = fleet;
    this.history = history;
    this.savedId = saved.folded;
    this.baseAt = saved.baseAt;
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

function readFleet(json: string): Fleet {
  return fleetFrom(JSON.parse(json) as FleetSnapshot); // as this version's `save` wrote it
}
