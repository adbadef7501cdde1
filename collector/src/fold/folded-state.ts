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
import type { BegunSave, EventStore, Flush, Saved, Total } from '../store/event-store.ts';
import { type Chunk, History, slicesOfPart } from './history.ts';
import { refillRecent } from './refill-recent.ts';

export interface FoldedStateOptions {
  readonly store: EventStore;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  /** How often a snapshot is made that the log can be cut behind, milliseconds. */
  readonly baseEveryMs: number;
  /** After how many rows a start saves what it has folded; default 250,000. */
  readonly saveEveryRows?: number;
  /** How many rows make a save begin before its minute is over; default 3,500,000. */
  readonly earlySaveRows?: number;
}

const flushEveryMs = 60_000;
const baseEveryEntries = 5_000;
/** Few enough that a start which is killed on the way loses little, and many beside what a save costs. */
const usualSaveRows = 250_000;
/**
 * What a thousand agents send in a minute is less. A row takes some 40 bytes until it is saved, so this and
 * what comes while it is saved stay within some hundred MiB.
 */
const usualEarlyRows = 3_500_000;
/**
 * After the full minute. Agents send a second half a second to one and a half after it began, so by then most
 * minutes are whole, and few seconds of the next are there, which would be a row of their own.
 */
const flushDelayMs = 500;

/** A save that has begun: it is ended before the next begins, also after a failure or a stop. */
interface Save {
  readonly chunk: Chunk;
  readonly history: History;
  /** Without slices. */
  readonly flush: Flush;
}

/** The folds of the log, kept in memory as entries become durable and saved once a minute. */
export class FoldedState {
  fleet: Fleet = createFleet();
  history: History = new History([]);
  /** Rises with each rebuild. */
  generation = 0;
  private readonly options: FoldedStateOptions;
  private readonly saves = new Queue();
  /** One step of a save at a time, or one look at what is stored and what is not. */
  private readonly steps = new Queue();
  private unfinished: Save | undefined;
  private savedId = 0;
  private baseAt = 0;
  private baseId = 0;
  private timer: TimerHandle | undefined;
  private hasGivenUp = false;
  private isSavingEarly = false;

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
    const touched = this.foldInto(this, entry);
    this.options.bus.publish({ type: 'folded', entry, touched });
    if (this.history.rowCount < this.earlyRows || this.isSavingEarly) return;
    this.isSavingEarly = true;
    void this.saveOrTell();
  }

  /** How much more is in memory alone than an early save would take, of what may; above 1 it is too much. */
  get load(): number {
    return Math.max(0, this.history.unsavedRowCount / this.earlyRows - 1);
  }

  /** Saves what was derived since the last time. What cannot be saved now is saved with the next. */
  flush(): Promise<void> {
    return this.saves.run(async () => {
      const inStep: InStep = (work) => this.steps.run(work);
      if (this.unfinished !== undefined) await this.finish(this.unfinished, inStep);
      if (this.fleet.lastEntryId === this.savedId) return;
      this.mindGivingUp();
      const at = this.options.clock.now();
      await this.finish(this.begin(this, { at, isBase: this.isBaseDue(at, this.fleet) }), inStep);
    });
  }

  /** Reads from memory and store while nothing moves from the one to the other. */
  readBoth<T>(work: () => Promise<T>): Promise<T> {
    return this.steps.run(work);
  }

  /** Resolves once no save is under way. */
  whenSaved(): Promise<void> {
    return this.saves.run(async () => {});
  }

  /** Forgets all that is derived and folds the log anew. Nothing may be applied meanwhile. */
  async rebuild(): Promise<void> {
    await this.saves.run(() =>
      this.steps.run(async () => {
        this.generation++;
        this.unfinished = undefined;
        await this.replay(await this.options.store.clear());
      }),
    );
    await this.flush();
    this.options.bus.publish({ type: 'rebuilt' });
  }

  async close(): Promise<void> {
    this.timer?.cancel();
    await this.flush();
  }

  /** Ends a save that is under way with its next step; the next start folds what is not saved. */
  giveUp(): void {
    this.hasGivenUp = true;
  }

  private mindGivingUp(): void {
    if (this.hasGivenUp) throw new Error('there was no time; the next start folds it from the log');
  }

  /** By time, and where much happens by entries: what lies between two bases is what a past moment costs. */
  private isBaseDue(at: number, { lastEntryId }: Fleet): boolean {
    return at - this.baseAt >= this.options.baseEveryMs || lastEntryId - this.baseId >= baseEveryEntries;
  }

  private begin(
    { fleet, history }: Folds,
    { at, isBase, parts }: { readonly at: number; readonly isBase: boolean; readonly parts?: number },
  ): Save {
    const chunk = history.seal(parts);
    const flush: Flush = {
      folded: fleet.lastEntryId,
      at,
      fleet: JSON.stringify(snapshotOf(fleet)),
      ...(isBase ? { base: history.allTotals() } : {}),
      slices: [],
      ...history.contentsOf(chunk),
    };
    this.unfinished = { chunk, history, flush };
    return this.unfinished;
  }

  /** Part after part, so that what agents send can be committed between them; the last with all the rest. */
  private async finish({ chunk, history, flush }: Save, inStep: InStep): Promise<void> {
    const { store } = this.options;
    const last = chunk.parts.length - 1;
    while (chunk.savedParts < last) {
      await inStep(async () => {
        const part = chunk.savedParts;
        const slices = slicesOfPart(chunk, part);
        await store.saveSlices({ folded: flush.folded, parts: chunk.parts.length, part, slices });
        chunk.savedParts++;
      });
      this.mindGivingUp();
    }
    await inStep(async () => {
      await store.save({ ...flush, slices: slicesOfPart(chunk, last) });
      history.release(chunk);
    });
    this.unfinished = undefined;
    this.savedId = flush.folded;
    if (flush.base === undefined) return;
    this.baseAt = flush.at;
    this.baseId = flush.folded;
  }

  /** The state as it was stays in place until the whole log is folded. */
  private async replay(saved: Saved): Promise<void> {
    const { store } = this.options;
    const folds = foldsFrom(saved.snapshot?.fleet, saved.totals);
    this.savedId = saved.folded;
    this.baseAt = saved.baseAt;
    this.baseId = saved.baseId;
    let { begun } = saved;
    let lastAt = saved.baseAt;
    if (begun === undefined) await refillRecent(store, folds.fleet);
    for await (const entry of store.readFrom(saved.folded)) {
      if (begun !== undefined && entry.id > begun.folded) {
        await this.finishBegun(folds, begun, lastAt);
        begun = undefined;
      }
      if (begun === undefined) await this.saveBefore(entry.at, folds, lastAt);
      lastAt = entry.at;
      this.foldInto(folds, entry);
    }
    if (begun !== undefined) await this.finishBegun(folds, begun, lastAt);
    this.fleet = folds.fleet;
    this.history = folds.history;
  }

  /**
   * Some parts of it are stored, so it is made again up to the same entry, and the others are saved. Only
   * then do the saved seconds end where the fold does.
   */
  private async finishBegun(folds: Folds, begun: BegunSave, at: number): Promise<void> {
    const save = this.begin(folds, { at, isBase: false, parts: begun.parts });
    save.chunk.savedParts = begun.savedParts;
    await this.finish(save, atOnce);
    await refillRecent(this.options.store, folds.fleet);
  }

  /**
   * A log that is folded anew leaves its bases as it did the first time, and no more in memory than then. And
   * however often a start is killed, the next has less to fold.
   */
  private async saveBefore(at: number, folds: Folds, lastAt: number): Promise<void> {
    if (folds.fleet.lastEntryId === this.savedId) return;
    const isBase = this.isBaseDue(at, folds.fleet);
    const isMuch = folds.history.rowCount >= (this.options.saveEveryRows ?? usualSaveRows);
    if (isBase || isMuch) await this.finish(this.begin(folds, { at: lastAt, isBase }), atOnce);
  }

  /**
   * An entry that cannot be folded is left out, now and at each start: it must not keep the rest from being
   * seen.
   */
  private foldInto({ fleet, history }: Folds, entry: LogEntry): Iterable<string> {
    try {
      const touched = fold(fleet, entry);
      history.add(fleet, entry);
      return touched;
    } catch (error) {
      this.options.log(
        'error',
        `log entry ${entry.id} (${entry.type}) cannot be folded: ${messageOf(error)}`,
      );
      return [];
    }
  }

  private get earlyRows(): number {
    return this.options.earlySaveRows ?? usualEarlyRows;
  }

  private async saveOrTell(): Promise<void> {
    try {
      await this.flush();
      this.isSavingEarly = false; // after a failure it is the minute's turn
    } catch (error) {
      this.options.log('error', `could not save snapshots: ${messageOf(error)}`);
    }
  }

  private scheduleFlush(): void {
    const { clock } = this.options;
    const sinceMinute = (clock.now() - flushDelayMs) % flushEveryMs;
    this.timer = clock.setTimeout(() => {
      this.scheduleFlush();
      void this.saveOrTell();
    }, flushEveryMs - sinceMinute);
  }
}

/** Runs a step of a save in its turn. */
type InStep = (work: () => Promise<void>) => Promise<void>;
/** Where nobody else can read yet. */
const atOnce: InStep = (work) => work();

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
