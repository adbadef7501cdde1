import { priorities } from '../call.ts';

/** Those who wait, by rank; within one rank in the order of arrival. */
export class WaitingRoom<W extends { readonly rank: number }> {
  size = 0;
  /** By rank, the least important first. */
  readonly #lines: readonly W[][] = priorities.map(() => []);

  add(waiting: W): void {
    this.#lines[waiting.rank]?.push(waiting);
    this.size += 1;
  }

  remove(waiting: W): void {
    const line = this.#lines[waiting.rank] ?? [];
    const at = line.indexOf(waiting);
    if (at === -1) return;
    line.splice(at, 1);
    this.size -= 1;
  }

  /** Whose turn it is: the most important, and of those who came first. */
  next(): W | undefined {
    if (this.size === 0) return undefined; // after most calls nobody waits
    for (let rank = this.#lines.length - 1; rank >= 0; rank--) {
      const waiting = this.#lines[rank]?.[0];
      if (waiting !== undefined) return waiting;
    }
    return undefined;
  }

  /** Who would have to go for somebody of that rank: the last in line of the least important, if below it. */
  dispensableFor(rank: number): W | undefined {
    for (const line of this.#lines.slice(0, rank)) {
      const last = line.at(-1);
      if (last !== undefined) return last;
    }
    return undefined;
  }
}
