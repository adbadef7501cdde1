import type { ListAnswer } from '@holdfast/shared';
import { done, type Outcome, refused } from '../refusal.ts';
import type { PageQuery, Place } from '../store/event-store.ts';

/** One page of a list that is at hand as a whole. */
export function pageOf<T>(
  items: readonly T[],
  { limit, cursor }: { readonly limit?: number; readonly cursor?: string },
): Outcome<ListAnswer<T>> {
  const start = cursor === undefined ? 0 : Number(/^\d{1,9}$/.exec(cursor)?.[0] ?? Number.NaN);
  if (Number.isNaN(start)) return wrongCursor();
  const end = start + (limit ?? items.length);
  return done({ items: items.slice(start, end), ...(end < items.length ? { nextCursor: `${end}` } : {}) });
}

export interface HistoryPage<T> {
  readonly limit: number;
  readonly cursor?: string;
  readonly since?: number;
  /** Only what happened up to then, epoch milliseconds. */
  readonly until: number;
  readonly keeps: (item: T) => boolean;
  /** What is not saved yet; read before the store, so that nothing is missed between the two. */
  readonly unsaved: readonly T[];
  readonly stored: (query: PageQuery) => Promise<readonly T[]>;
  readonly placeOf: (item: T) => Place;
}

/** One page of a list of which the older part is in the store, newest first. */
export async function historyPage<T>(page: HistoryPage<T>): Promise<Outcome<ListAnswer<T>>> {
  const { limit, cursor, keeps, placeOf } = page;
  const end: Place = { at: page.until, number: Number.MAX_SAFE_INTEGER };
  let before = cursor === undefined ? end : readPlace(cursor);
  if (before === undefined) return wrongCursor();
  const items: T[] = [];
  let scannedCount = 0;
  let hasMore = true;
  while (hasMore && items.length < limit && scannedCount < maxScanned) {
    const stretch: Stretch<T> = await stretchOf(page, before);
    for (const item of stretch.items) {
      if (items.length === limit) return done({ items, nextCursor: cursorAt(before) });
      before = placeOf(item);
      if (keeps(item)) items.push(item);
    }
    scannedCount += stretch.items.length;
    hasMore = stretch.hasMore;
  }
  return done({ items, ...(hasMore ? { nextCursor: cursorAt(before) } : {}) });
}

/** A filter that keeps little must not read the whole store for one page: the next goes on from there. */
const maxScanned = 5_000;

interface Stretch<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
}

/** As many items as a page has, whether the filter keeps them or not. */
async function stretchOf<T>(page: HistoryPage<T>, before: Place): Promise<Stretch<T>> {
  const { limit, since = 0, placeOf } = page;
  const unsaved = page.unsaved.filter((item) => placeOf(item).at >= since && isBefore(placeOf(item), before));
  const stored = await page.stored({ limit: limit + 1, before, since });
  const byNumber = new Map([...stored, ...unsaved].map((item) => [placeOf(item).number, item]));
  const sorted = [...byNumber.values()].sort((a, b) => (isBefore(placeOf(a), placeOf(b)) ? 1 : -1));
  return { items: sorted.slice(0, limit), hasMore: sorted.length > limit };
}

function cursorAt({ at, number }: Place): string {
  return `${at}_${number}`;
}

function readPlace(cursor: string): Place | undefined {
  const found = /^(\d{1,16}(?:\.\d{1,9})?)_(\d{1,16})$/.exec(cursor);
  return found === null ? undefined : { at: Number(found[1]), number: Number(found[2]) };
}

function isBefore(a: Place, b: Place): boolean {
  return a.at < b.at || (a.at === b.at && a.number < b.number);
}

function wrongCursor(): Outcome<never> {
  return refused('bad_input', '`cursor` must be the `nextCursor` of an answer', { field: 'cursor' });
}
