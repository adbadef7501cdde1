import type { EventStore, NewEntry, Saved } from '../../../collector/src/store/event-store.ts';

const nothing: Saved = { folded: 0, totals: [], baseAt: 0, baseId: 0, isOutdated: false };

/** A store in memory whose commits a test can hold up or let fail. */
export class MemoryStore implements EventStore {
  readonly groups: (readonly NewEntry[])[] = [];
  private held: Promise<void> = Promise.resolve();
  private failure: Error | undefined;
  private count = 0;

  /** Holds every commit up until the returned function is called. */
  hold(): () => void {
    let release = (): void => {};
    this.held = new Promise((resolve) => (release = resolve));
    return release;
  }

  /** Lets commits fail with this error; `undefined` lets them succeed again. */
  failWith(error: Error | undefined): void {
    this.failure = error;
  }

  async append(entries: readonly NewEntry[], meanwhile?: () => void): Promise<readonly number[]> {
    meanwhile?.();
    await this.held;
    if (this.failure !== undefined) throw this.failure;
    this.groups.push(entries);
    return entries.map(() => ++this.count);
  }

  readonly problem = undefined;
  onFull = (): void => {};
  readonly tokens: EventStore['tokens'] = {
    all: () => Promise.resolve([]),
    noteUses: () => Promise.resolve(),
  };
  storedOf = (): Promise<number> => Promise.resolve(0);
  async *readFrom(): AsyncIterable<never> {}
  load = (): Promise<Saved> => Promise.resolve(nothing);
  saveSlices = (): Promise<void> => Promise.resolve();
  save = (): Promise<void> => Promise.resolve();
  clear = (): Promise<Saved> => Promise.resolve(nothing);
  baseFor = (): Promise<undefined> => Promise.resolve(undefined);
  pastBeginsAt = (): Promise<undefined> => Promise.resolve(undefined);
  slices = (): Promise<never[]> => Promise.resolve([]);
  secondsSince = (): Promise<never[]> => Promise.resolve([]);
  events = (): Promise<never[]> => Promise.resolve([]);
  stateEvents = (): Promise<never[]> => Promise.resolve([]);
  audit = (): Promise<never[]> => Promise.resolve([]);
  event = (): Promise<undefined> => Promise.resolve(undefined);
  auditEntry = (): Promise<undefined> => Promise.resolve(undefined);
  auditHead = (): undefined => undefined;
  placeOfHead = (): ReturnType<EventStore['placeOfHead']> => Promise.resolve('fits');
  verifyAudit = (): ReturnType<EventStore['verifyAudit']> => Promise.resolve({ rowCount: 0, head: '' });
  compact = (): Promise<void> => Promise.resolve();
  expire = (): Promise<void> => Promise.resolve();
  usedBytes = (): Promise<number> => Promise.resolve(0);
  close = (): Promise<void> => Promise.resolve();
}
