import { priorities } from '../call.ts';

/**
 * Those who wait, by rank; within one rank in the order of arrival. All takes the same short time however
 * many there are.
 */
export class WaitingRoom<W extends { readonly rank: number }> {
  /** By rank, the least important first. */
  readonly #lines: readonly Line<W>[] = priorities.map(() => ({ first: undefined, last: undefined }));
  readonly #places = new Map<W, Place<W>>();

  get size(): number {
    return this.#places.size;
  }

  add(waiting: W): void {
    const line = this.#lines[waiting.rank];
    if (line === undefined) return;
    const place: Place<W> = { waiting, line, previous: line.last, next: undefined };
    if (line.last === undefined) line.first = place;
    else line.last.next = place;
    line.last = place;
    this.#places.set(waiting, place);
  }

  remove(waiting: W): void {
    const place = this.#places.get(waiting);
    if (place === undefined) return;
    const { line, previous, next } = place;
    if (previous === undefined) line.first = next;
    else previous.next = next;
    if (next === undefined) line.last = previous;
    else next.previous = previous;
    this.#places.delete(waiting);
  }

  /** Whose turn it is: the most important, and of those who came first. */
  next(): W | undefined {
    if (this.size === 0) return undefined; // after most calls nobody waits
    for (let rank = this.#lines.length - 1; rank >= 0; rank--) {
      const first = this.#lines[rank]?.first;
      if (first !== undefined) return first.waiting;
    }
    return undefined;
  }

  /** Who would have to go for somebody of that rank: the last in line of the least important, if below it. */
  dispensableFor(rank: number): W | undefined {
    return this.#lines.slice(0, rank).find(({ last }) => last !== undefined)?.last?.waiting;
  }
}

/** Those of one rank. */
interface Line<W> {
  first: Place<W> | undefined;
  last: Place<W> | undefined;
}

interface Place<W> {
  readonly waiting: W;
  readonly line: Line<W>;
  previous: Place<W> | undefined;
  next: Place<W> | undefined;
}
