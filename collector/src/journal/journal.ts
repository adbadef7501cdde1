import type { Clock, LogEntry, LogFact } from '@holdfast/shared';
import { CollectorError } from '../errors.ts';
import type { EventStore, NewEntry } from '../store/event-store.ts';
import type { StoredToken } from '../store/token-table.ts';

/** A fact on its way into the log. */
export interface Pending {
  readonly fact: LogFact;
  /** The bytes as they came. */
  readonly frame?: Uint8Array;
  /** The token that the fact makes or ends. */
  readonly token?: StoredToken;
  /** Called when the fact is durable. */
  stored?(): void;
  /** Called when it is also part of the fleet. */
  folded?(entry: LogEntry): void;
  /** Called instead when it could not be made durable. */
  failed?(error: unknown): void;
  /** Asked when its turn has come: true where what it builds on could not be stored, and it fails too. */
  isVoid?(): boolean;
}

export interface JournalOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  /** Takes each entry once it is durable, in order. */
  readonly apply: (entry: LogEntry) => void;
  /** How much of what was applied waits to be saved, of what may; none where absent. */
  readonly unsavedLoad?: () => number;
}

/** Enough that a group's fold does not hold up the next acknowledgements. */
const groupBytes = 2 * 1_024 * 1_024;
/** What a fact without a frame counts as. */
const factBytes = 512;
/** Above this, whoever reads from sockets should stop until `onRelief`. */
const congestionBytes = 32 * 1_024 * 1_024;

interface Waiting {
  readonly entry: NewEntry;
  readonly pending: Pending;
}
interface Committed {
  readonly group: readonly Waiting[];
  readonly ids: readonly number[];
}

/**
 * The only way into the log. All that waits becomes durable in one transaction; while one commits, the next
 * gathers, and the group before is folded where only the disk is waited for.
 */
export class Journal {
  /** Called when congestion is over. */
  onRelief: () => void = () => {};
  /** What went wrong with the last commit; `undefined` while all is well. */
  lastFailure: unknown;
  private readonly options: JournalOptions;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private wasCongested = false;
  /** Durable, and not part of the fleet yet. */
  private committed: Committed | undefined;
  /** Present while the queue is being worked off. */
  private draining: Promise<void> | undefined;
  private held: Promise<unknown> | undefined;

  constructor(options: JournalOptions) {
    this.options = options;
  }

  /** Puts a fact in line. */
  append(pending: Pending): void {
    const { fact, frame, token } = pending;
    const at = this.options.clock.now();
    const entry: NewEntry = frame === undefined ? { at, fact } : { at, fact, frame };
    this.waiting.push({ entry: token === undefined ? entry : { ...entry, token }, pending });
    this.waitingBytes += bytesOf(pending);
    if (this.isCongested) this.wasCongested = true;
    this.start();
  }

  /** Puts a fact in line and resolves with its entry once it is durable and folded. */
  record(fact: LogFact, token?: StoredToken): Promise<LogEntry> {
    return new Promise((resolve, reject) => {
      this.append({ fact, ...(token && { token }), folded: resolve, failed: reject });
    });
  }

  get isCongested(): boolean {
    return this.waitingBytes > congestionBytes;
  }

  /** How much there is to do, of what may: what waits for the log, or what was applied and is not saved. */
  get load(): number {
    return Math.max(this.waitingBytes / congestionBytes, this.options.unsavedLoad?.() ?? 0);
  }

  /** Resolves once all that was put in line is durable and folded, or has failed. */
  async idle(): Promise<void> {
    while (this.draining !== undefined || this.waiting.length > 0) await (this.draining ?? this.held);
  }

  /** Runs the work while nothing is committed or folded; what is put in line meanwhile waits. */
  async pauseFor(work: () => Promise<void>): Promise<void> {
    while (this.held !== undefined) await this.held;
    const running = (this.draining ?? Promise.resolve()).then(work);
    this.held = running.catch(() => {}); // the caller hears of it below
    try {
      await running;
    } finally {
      this.held = undefined;
      this.start();
    }
  }

  private start(): void {
    if (this.draining !== undefined || this.held !== undefined || this.waiting.length === 0) return;
    this.draining = this.drain().finally(() => {
      this.draining = undefined;
      this.relieve();
      this.start();
    });
  }

  private async drain(): Promise<void> {
    await Promise.resolve(); // lets what arrives in the same turn join the group
    for (;;) {
      const group = this.held === undefined ? this.takeGroup() : [];
      if (group.length === 0) return this.fold();
      const committed = await this.commit(group);
      this.fold(); // where it was not done while the disk was waited for
      this.committed = committed;
    }
  }

  private takeGroup(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.waiting.length && bytes < groupBytes)
      bytes += bytesOf(this.waiting[count++]?.pending);
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count).filter((one) => !this.dropsVoid(one.pending));
  }

  private dropsVoid(pending: Pending): boolean {
    if (pending.isVoid?.() !== true) return false;
    pending.failed?.(new Error('what came before it could not be stored'));
    return true;
  }

  private async commit(group: readonly Waiting[]): Promise<Committed | undefined> {
    try {
      const entries = group.map((one) => one.entry);
      const ids = await this.options.store.append(entries, () => this.fold());
      this.lastFailure = undefined;
      for (const { pending } of group) pending.stored?.();
      return { group, ids };
    } catch (error) {
      // Of a full disk the store tells itself, its end too.
      this.lastFailure = isDiskFull(error) ? undefined : error;
      for (const { pending } of group) pending.failed?.(error);
      return undefined;
    } finally {
      this.relieve();
    }
  }

  private fold(): void {
    const { group, ids } = this.committed ?? nothing;
    this.committed = undefined;
    for (const [index, { entry, pending }] of group.entries()) {
      const logged: LogEntry = { id: ids[index] ?? 0, at: entry.at, ...entry.fact };
      this.options.apply(logged);
      pending.folded?.(logged);
    }
  }

  private relieve(): void {
    if (!this.wasCongested || this.isCongested) return;
    this.wasCongested = false;
    this.onRelief();
  }
}

const nothing: Committed = { group: [], ids: [] };

function isDiskFull(error: unknown): boolean {
  return error instanceof CollectorError && error.code === 'disk_full';
}

function bytesOf(pending: Pending | undefined): number {
  return factBytes + (pending?.frame?.length ?? 0);
}
