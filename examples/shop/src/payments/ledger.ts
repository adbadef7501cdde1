import { Refusal } from '../service/answer.ts';
import type { Journal } from '../service/journal.ts';
import { fieldsOf, oneOf, textOf, wholeOf } from '../service/read.ts';

const entryStates = ['charged', 'refunded', 'voided'] as const;

/** What is known of an order's money; also what the journal holds. */
export interface LedgerEntry {
  readonly orderId: string;
  readonly state: (typeof entryStates)[number];
  readonly amountCents: number;
  readonly receiptId: string;
}

const maxEntries = 20_000;

/** What no card of this shop's customers pays at once. */
const cardLimitCents = 1_000_000;

/**
 * Who paid what. Charging and refunding are idempotent by order, and a refund that overtakes its charge voids
 * it: checkout may give an order up while its charge is still on the way.
 */
export class Ledger {
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #journal: Journal<LedgerEntry>;

  constructor(journal: Journal<LedgerEntry>) {
    this.#journal = journal;
    for (const entry of journal.past) this.#entries.set(entry.orderId, entry);
  }

  /** @throws {Refusal} `payment_declined`, `order_voided`, `amount_differs`. */
  charge(orderId: string, amountCents: number): LedgerEntry {
    const known = this.#entries.get(orderId);
    if (known !== undefined) return sameCharge(known, amountCents);
    if (amountCents > cardLimitCents)
      throw new Refusal(402, 'payment_declined', 'the card does not cover it');
    return this.#remember({ orderId, state: 'charged', amountCents, receiptId: `r-${orderId}` });
  }

  refund(orderId: string): LedgerEntry {
    const known = this.#entries.get(orderId);
    if (known === undefined) {
      return this.#remember({ orderId, state: 'voided', amountCents: 0, receiptId: `r-${orderId}` });
    }
    return known.state === 'charged' ? this.#remember({ ...known, state: 'refunded' }) : known;
  }

  #remember(entry: LedgerEntry): LedgerEntry {
    this.#entries.delete(entry.orderId); // so that the newest stand last
    this.#entries.set(entry.orderId, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > maxEntries && oldest !== undefined) this.#entries.delete(oldest);
    this.#journal.append(entry, () => [...this.#entries.values()]);
    return entry;
  }
}

function sameCharge(known: LedgerEntry, amountCents: number): LedgerEntry {
  const { orderId, state } = known;
  if (state !== 'charged') throw new Refusal(409, 'order_voided', `${orderId} was ${state} already`);
  if (known.amountCents !== amountCents) {
    throw new Refusal(422, 'amount_differs', `${orderId} was charged ${known.amountCents} cents already`);
  }
  return known;
}

/** @throws {ShapeError} where a record of the journal is none. */
export function readLedgerEntry(record: unknown): LedgerEntry {
  const fields = fieldsOf(record, 'a ledger entry');
  return {
    orderId: textOf(fields['orderId'], 'orderId'),
    state: oneOf(fields['state'], 'state', entryStates),
    amountCents: wholeOf(fields['amountCents'], 'amountCents', { from: 0, to: Number.MAX_SAFE_INTEGER }),
    receiptId: textOf(fields['receiptId'], 'receiptId'),
  };
}
