import type { AgentIdentity, LogEntry, Random } from '@holdfast/shared';
import type { EventStore, Flush, NewEntry, Saved } from '../../../collector/src/store/event-store.ts';
import type { Disk } from './disk.ts';
import type { Life } from './life.ts';

export interface StoreOptions {
  readonly disk: Disk;
  readonly life: Life;
  readonly random: Random;
}

/** An `EventStore` over what survives its process. Commits take time, fail when told to, and end with it. */
export class Store implements EventStore {
  readonly tokens: EventStore['tokens'] = {
    all: () => Promise.resolve([]),
    noteUses: () => Promise.resolve(),
  };
  /** Commits until then fail; a moment of the clock's `monotonic`. */
  failsUntil = 0;
  /** A commit is not over before then. */
  slowUntil = 0;
  failedCount = 0;
  protected readonly disk: Disk;
  private readonly life: Life;
  private readonly random: Random;
  private tail: Promise<unknown> = Promise.resolve();
  private underWay: readonly NewEntry[] | undefined;

  constructor({ disk, life, random }: StoreOptions) {
    this.disk = disk;
    this.life = life;
    this.random = random;
  }

  append(entries: readonly NewEntry[], meanwhile?: () => void): Promise<readonly number[]> {
    return this.inLine(async () => {
      this.underWay = entries;
      const until = this.wait(1 + this.random() * 15);
      meanwhile?.();
      await until;
      this.underWay = undefined;
      if (this.life.monotonic() >= this.failsUntil) return this.disk.append(entries);
      this.failedCount++;
      this.fail(entries);
      throw new Error('the disk is full');
    });
  }

  /** The process is killed: what was being committed has become durable, or not. Nobody hears which. */
  kill(): void {
    if (this.underWay !== undefined && this.random() < 0.5) this.disk.append(this.underWay);
    this.underWay = undefined;
  }

  async storedOf(agent: AgentIdentity): Promise<number> {
    await this.wait(this.random() * 3);
    return this.disk.storedOf(agent);
  }

  async *readFrom(id: number): AsyncIterable<LogEntry> {
    yield* this.disk.entriesBehind(id);
  }

  load(): Promise<Saved> {
    return Promise.resolve(this.disk.load());
  }

  save(flush: Flush): Promise<void> {
    return this.inLine(async () => {
      await this.wait(5);
      this.disk.save(flush);
    });
  }

  saveSlices = (): Promise<void> => this.inLine(() => this.wait(2));
  clear = (): Promise<Saved> => Promise.reject(new Error('nothing is rebuilt here'));
  auditHead = (): undefined => undefined;
  placeOfHead = (): ReturnType<EventStore['placeOfHead']> => Promise.resolve('fits');
  verifyAudit = (): ReturnType<EventStore['verifyAudit']> => Promise.resolve({ rowCount: 0, head: '' });
  readonly problem: EventStore['problem'] = undefined;
  usedBytes = (): Promise<number> => Promise.resolve(0);
  onFull = (): void => {};
  baseFor = (): Promise<undefined> => Promise.resolve(undefined);
  pastBeginsAt = (): Promise<undefined> => Promise.resolve(undefined);
  slices = (): Promise<never[]> => Promise.resolve([]);
  secondsSince = (): Promise<never[]> => Promise.resolve([]);
  events = (): Promise<never[]> => Promise.resolve([]);
  stateEvents = (): Promise<never[]> => Promise.resolve([]);
  audit = (): Promise<never[]> => Promise.resolve([]);
  event = (): Promise<undefined> => Promise.resolve(undefined);
  auditEntry = (): Promise<undefined> => Promise.resolve(undefined);
  compact = (): Promise<void> => Promise.resolve();
  expire = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();

  /** What a failed commit leaves behind: nothing. */
  protected fail(_entries: readonly NewEntry[]): void {}

  private inLine<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.tail.then(work);
    this.tail = mine.catch(() => {});
    return mine;
  }

  /** Never ends in a process that was killed meanwhile. */
  private wait(ms: number): Promise<void> {
    const rest = Math.max(ms, this.slowUntil - this.life.monotonic());
    return new Promise((resolve) => this.life.setTimeout(resolve, rest));
  }
}
