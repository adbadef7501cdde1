/** A list of which it is known what changed: items that stay as they are stay the same objects. */
export class WatchedList<T> {
  /** In the order in which it was given last. */
  items: readonly T[] = [];
  readonly keyOf: (item: T) => string;
  private byKey: ReadonlyMap<string, T> = new Map();
  private readonly isSame: (before: T, now: T) => boolean;

  constructor(keyOf: (item: T) => string, isSame: (before: T, now: T) => boolean) {
    this.keyOf = keyOf;
    this.isSame = isSame;
  }

  get(key: string): T | undefined {
    return this.byKey.get(key);
  }

  /** Puts a new list in its place; returns the keys of what changed, came or went. */
  update(list: readonly T[]): readonly string[] {
    const before = this.byKey;
    const now = new Map<string, T>();
    const changed: string[] = [];
    for (const item of list) {
      const key = this.keyOf(item);
      const known = before.get(key);
      const stays = known !== undefined && this.isSame(known, item);
      now.set(key, stays ? known : item);
      if (!stays) changed.push(key);
    }
    for (const key of before.keys()) if (!now.has(key)) changed.push(key);
    this.byKey = now;
    this.items = [...now.values()];
    return changed;
  }
}
