import type { SagaClaim, SagaClaimed, SagaProgress, SagaRecord, SagaSearch, SagaStore } from './store.ts';

type Kept = Pick<SagaProgress<SagaRecord>, 'state' | 'record' | 'untilAt'>;

/** Keeps the sagas of one primitive in this process, as they are. No two of its runs have the same id. */
export class SagaMemory implements SagaStore<SagaRecord> {
  /** The longest untouched first. */
  readonly #kept = new Map<string, Kept>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get freeCount(): number {
    return this.#maxEntries - this.#kept.size;
  }

  begin({ id, untilAt, record }: SagaClaim<SagaRecord>): SagaClaimed<SagaRecord> | undefined {
    const known = this.#kept.get(id);
    if (known !== undefined && (known.state === 'done' || (known.state === 'undone' && record === undefined)))
      return { state: known.state, record: known.record };
    const claimed = known?.state === 'open' ? known.record : record;
    if (claimed === undefined) return undefined;
    this.#keep(id, { state: 'open', record: claimed, untilAt });
    return { state: 'claimed', record: claimed };
  }

  save({ id, state, record, untilAt }: SagaProgress<SagaRecord>): boolean {
    this.#keep(id, { state, record, untilAt });
    return true;
  }

  unfinished({ nowAt, limit }: SagaSearch): readonly string[] {
    const open = [...this.#kept].filter(([, { state, untilAt }]) => state === 'open' && untilAt <= nowAt);
    return open.slice(0, limit).map(([id]) => id);
  }

  /** Forgets first what is over, then what could not be undone; never what is under way. */
  #keep(id: string, kept: Kept): void {
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    if (this.freeCount >= 0) return;
    const entries = [...this.#kept];
    const [oldest] =
      entries.find(([, { state }]) => state !== 'open') ??
      entries.find(([, { untilAt }]) => untilAt === 0) ??
      [];
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
