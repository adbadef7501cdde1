import type { SagaClaim, SagaClaimed, SagaProgress, SagaSearch, SagaStore } from '@holdfast/agent';

type Row = Omit<SagaProgress, 'saga' | 'id'>;

/** A store that several agents share, and that a test can break or cut off. */
export class SagaShelf implements SagaStore {
  readonly rows = new Map<string, Row>();
  /** Saves that are still let through before the rest throws. */
  savesLeft: number = Number.POSITIVE_INFINITY;
  isBroken = false;

  async begin({ saga, id, record, nowAt, ...claim }: SagaClaim): Promise<SagaClaimed | undefined> {
    if (this.isBroken) throw new Error('the shelf is broken');
    const place = `${saga}/${id}`;
    const row = this.rows.get(place);
    const isTaken = row?.state === 'open' && row.untilAt > nowAt;
    if (
      row !== undefined &&
      (row.state === 'done' || isTaken || (row.state === 'undone' && record === undefined))
    )
      return { state: row.state === 'open' ? 'held' : row.state, record: row.record };
    const claimed = row?.state === 'open' ? row.record : record;
    if (claimed === undefined) return undefined;
    this.rows.set(place, { ...claim, state: 'open', record: claimed });
    return { state: 'claimed', record: claimed };
  }

  async save({ saga, id, ...row }: SagaProgress): Promise<boolean> {
    this.savesLeft -= 1;
    if (this.savesLeft < 0) throw new Error('the shelf is full');
    if (this.rows.get(`${saga}/${id}`)?.owner !== row.owner) return false;
    this.rows.set(`${saga}/${id}`, row);
    return true;
  }

  async unfinished({ saga, nowAt, limit }: SagaSearch): Promise<readonly string[]> {
    const free = [...this.rows].filter(
      ([place, { state, untilAt }]) => place.startsWith(`${saga}/`) && state === 'open' && untilAt <= nowAt,
    );
    return free.slice(0, limit).map(([place]) => place.slice(saga.length + 1));
  }

  /** What is kept of a saga, read back. */
  record(place: string): unknown {
    const row = this.rows.get(place);
    return row === undefined ? undefined : JSON.parse(row.record);
  }
}
