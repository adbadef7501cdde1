import { Told } from './told.ts';
import type { WatchedList } from './watched-list.ts';

/** What changed of a list, for the readers of a question. */
export interface PartChange<T> {
  readonly changed: readonly T[];
  /** Keys. */
  readonly gone: readonly string[];
}

/** The part of a watched list that a question shows. */
export class FeedPart<T> {
  private readonly list: WatchedList<T>;
  private readonly shows: (item: T) => boolean;
  private readonly told = new Told();

  constructor(list: WatchedList<T>, shows: (item: T) => boolean, step: number) {
    this.list = list;
    this.shows = shows;
    for (const item of list.items) if (shows(item)) this.told.set(list.keyOf(item), step);
  }

  items(): readonly T[] {
    return this.list.items.filter((item) => this.told.has(this.list.keyOf(item)));
  }

  /**
   * What its readers are to hear of the keys that changed in a step; of the others too where what stands
   * around them changed, as the filter may see them otherwise now.
   */
  take(keys: readonly string[], step: number, hasMoved = false): PartChange<T> {
    const changed: T[] = [];
    const gone: string[] = [];
    const news = new Set(keys);
    for (const key of hasMoved ? [...keys, ...this.list.items.map(this.list.keyOf)] : keys) {
      const item = this.list.get(key);
      if (item === undefined || !this.shows(item)) {
        if (this.told.drop(key, step)) gone.push(key);
      } else if (news.delete(key) || !this.told.has(key)) {
        this.told.set(key, step);
        changed.push(item);
      }
    }
    return { changed, gone };
  }

  since(step: number): PartChange<T> | undefined {
    const told = this.told.since(step);
    if (told === undefined) return undefined;
    return { changed: told.changed.flatMap((key) => this.list.get(key) ?? []), gone: told.gone };
  }
}

/** The newest items of a list that only grows. */
export class FeedTail<T> {
  private kept: readonly { readonly item: T; readonly step: number }[] = [];
  private readonly limit: number;
  private readonly shows: (item: T) => boolean;

  constructor(limit: number, shows: (item: T) => boolean) {
    this.limit = limit;
    this.shows = shows;
  }

  items(): readonly T[] {
    return this.kept.map(({ item }) => item);
  }

  /** Those of them that are shown. */
  take(items: readonly T[], step: number): readonly T[] {
    const shown = items.filter(this.shows);
    if (shown.length > 0)
      this.kept = [...this.kept, ...shown.map((item) => ({ item, step }))].slice(-this.limit);
    return shown;
  }

  /** `undefined` where it may have held more. */
  since(step: number): readonly T[] | undefined {
    const after = this.kept.filter((one) => one.step > step).map(({ item }) => item);
    return after.length === this.limit ? undefined : after;
  }
}
