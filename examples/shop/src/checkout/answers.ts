import type { IdempotencyStore, KeptKey, KeyClaim, KeyCompletion } from '@holdfast/agent';
import type { Journal } from '../service/journal.ts';
import { fieldsOf, textOf, wholeOf } from '../service/read.ts';

/** An answer as the journal holds it. */
export interface AnswerRecord {
  readonly key: string;
  readonly fingerprint: string;
  readonly untilAt: number;
  readonly outcome: string;
}

export interface AnswersOptions {
  readonly journal: Pick<Journal<AnswerRecord>, 'past' | 'append'>;
  /** Default 10,000 keys. The oldest is forgotten first. */
  readonly maxKeys?: number;
}

/**
 * Where checkout keeps what it answered to an idempotency key: in its journal, so that it knows it after a
 * crash, too. An instance has its own journal and customers come back to it, so no other process comes
 * between.
 */
export class Answers implements IdempotencyStore {
  readonly #kept = new Map<string, AnswerRecord>();
  readonly #journal: AnswersOptions['journal'];
  readonly #maxKeys: number;

  constructor({ journal, maxKeys = 10_000 }: AnswersOptions) {
    this.#journal = journal;
    this.#maxKeys = maxKeys;
    for (const record of journal.past) this.#keep(record);
  }

  /** Who is still at work the agent knows itself: calls with the same key share one run. */
  begin({ key, nowAt }: KeyClaim): KeptKey | undefined {
    const known = this.#kept.get(key);
    return known !== undefined && known.untilAt > nowAt ? known : undefined;
  }

  renew(): boolean {
    return true;
  }

  complete({ key, fingerprint, untilAt, outcome }: KeyCompletion): boolean {
    const record = { key, fingerprint, untilAt, outcome };
    this.#keep(record);
    this.#journal.append(record, () => [...this.#kept.values()]);
    return true;
  }

  release(): void {}

  #keep(record: AnswerRecord): void {
    this.#kept.delete(record.key); // so that the newest stand last
    this.#kept.set(record.key, record);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#maxKeys && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** @throws {ShapeError} where a record of the journal is none. */
export function readAnswerRecord(value: unknown): AnswerRecord {
  const fields = fieldsOf(value, 'an answer');
  return {
    key: textOf(fields['key'], 'key'),
    fingerprint: textOf(fields['fingerprint'], 'fingerprint'),
    untilAt: wholeOf(fields['untilAt'], 'untilAt', { from: 0, to: Number.MAX_SAFE_INTEGER }),
    outcome: textOf(fields['outcome'], 'outcome'),
  };
}
