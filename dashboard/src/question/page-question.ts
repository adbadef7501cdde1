import { type Asked, askedIn, isSameAsked, searchOf } from './asked.ts';

/** The question in the address of the page. */
export interface PageQuestion {
  /** The same object as long as it asks the same. */
  asked(): Asked;
  /** Changes parts of it, in a step that the browser's way back takes back. */
  ask(change: Partial<Asked>): void;
  subscribe(listener: () => void): () => void;
  close(): void;
}

/** Reads and writes the address of `page`, the browser's window. */
export function createPageQuestion(page: Window): PageQuestion {
  const listeners = new Set<() => void>();
  let present = askedIn(page.location.search);

  function read(): void {
    const next = askedIn(page.location.search);
    if (isSameAsked(next, present)) return;
    present = next;
    for (const listener of listeners) listener();
  }
  page.addEventListener('popstate', read);

  return {
    asked: () => present,
    ask(change) {
      const next = { ...present, ...change };
      if (isSameAsked(next, present)) return;
      const { pathname, search, hash } = page.location;
      page.history.pushState(undefined, '', `${pathname}${searchOf(next, search)}${hash}`);
      read();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => page.removeEventListener('popstate', read),
  };
}
