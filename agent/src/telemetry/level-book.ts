import type { BreakerLevel, FlagLevel, HealthLevel } from '@holdfast/shared';
import { fit } from './fit.ts';

interface Sections {
  breakers: BreakerLevel;
  health: HealthLevel;
  flags: FlagLevel;
}
type Section = keyof Sections;

/** Levels as they are sealed: JSON texts by section. */
export interface TakenLevels {
  /** True on the first part after each connect: what stood before it no longer counts. */
  readonly complete: boolean;
  readonly json: Readonly<Record<Section, readonly string[]>>;
}

/**
 * The present level of each breaker, health check and flag. All are sent after each connect; then those that
 * changed. Events alone would leave a reader wrong after a loss.
 */
export class LevelBook {
  readonly #entries: { readonly section: Section; readonly read: () => object; isPending: boolean }[] = [];
  readonly #leftOut: (error: unknown) => void;
  #isCompletePending = false;
  #pendingCount = 0;

  /** `leftOut` hears of each level that cannot be sent. */
  constructor(leftOut: (error: unknown) => void) {
    this.#leftOut = leftOut;
  }

  /** Enters something that has a level. Call the answer when the level has changed. */
  enter<S extends Section>(section: S, read: () => Sections[S]): () => void {
    const entry = { section, read, isPending: false };
    this.#entries.push(entry);
    const mark = (): void => {
      if (!entry.isPending) this.#pendingCount += 1;
      entry.isPending = true;
    };
    mark();
    return mark;
  }

  get isPending(): boolean {
    return this.#isCompletePending || this.#pendingCount > 0;
  }

  /** Everything is to be sent again: the other side may know nothing. */
  markAll(): void {
    for (const entry of this.#entries) entry.isPending = true;
    this.#pendingCount = this.#entries.length;
    this.#isCompletePending = true;
  }

  /**
   * The changed levels that fit, as JSON; `undefined` where there are none. The rest stays for the next
   * batch.
   */
  take(roomBytes: number): TakenLevels | undefined {
    if (!this.isPending) return undefined;
    const json: Record<Section, string[]> = { breakers: [], health: [], flags: [] };
    let bytes = 0;
    for (const entry of this.#entries) {
      if (!entry.isPending) continue;
      const text = this.#textOf(entry.read);
      if (text !== undefined) {
        bytes += Buffer.byteLength(text) + 1;
        if (bytes > roomBytes) break;
        json[entry.section].push(text);
      }
      entry.isPending = false;
      this.#pendingCount -= 1;
    }
    const complete = this.#isCompletePending;
    this.#isCompletePending = false;
    return { complete, json };
  }

  /** A level that cannot be sent must not keep back all the others. */
  #textOf(read: () => object): string | undefined {
    try {
      const text = JSON.stringify(fit(read()));
      if (Buffer.byteLength(text) <= maxLevelBytes) return text;
      throw new RangeError(`a level must be at most ${maxLevelBytes} bytes of JSON`);
    } catch (error) {
      this.#leftOut(error);
      return undefined;
    }
  }
}

/** What fits into the smallest batch, beside what each batch says. */
const maxLevelBytes = 30_000;
