import { catalogue } from '../catalogue.ts';
import { Refusal } from '../service/answer.ts';
import type { Journal } from '../service/journal.ts';
import { type OrderLine, readLine } from '../order-line.ts';
import { fieldsOf, listOf, oneOf, textOf } from '../service/read.ts';

const reservationStates = ['reserved', 'released', 'shipped'] as const;

/** One order's claim on the shelves; also what the journal holds. */
export interface Reservation {
  readonly orderId: string;
  readonly state: (typeof reservationStates)[number];
  readonly lines: readonly OrderLine[];
}

/** Older orders than these are forgotten: the shop never asks for them again. */
const maxReservations = 20_000;

/** The supplier comes when a shelf holds less than this part of what fits on it. */
const restockBelow = 0.1;

/**
 * What is on the shelves. Every deed is idempotent by its order, because callers repeat what timed out, and
 * their repeats may overtake each other: a release that comes before its reservation makes the reservation
 * void.
 */
export class Stock {
  readonly #available = new Map(catalogue.map(({ sku, shelfCount }) => [sku, shelfCount]));
  readonly #reservations = new Map<string, Reservation>();
  readonly #journal: Journal<Reservation>;

  constructor(journal: Journal<Reservation>) {
    this.#journal = journal;
    for (const reservation of journal.past) this.#reservations.set(reservation.orderId, reservation);
  }

  /** How many of it can be reserved; `undefined` for what the shop does not sell. */
  available(sku: string): number | undefined {
    return this.#available.get(sku);
  }

  /** @throws {Refusal} `out_of_stock`, `no_such_product`, `order_released`. */
  reserve(orderId: string, lines: readonly OrderLine[]): Reservation {
    const known = this.#reservations.get(orderId);
    if (known?.state === 'released') throw new Refusal(409, 'order_released', `${orderId} was given up`);
    if (known !== undefined) return known;
    for (const { sku, quantity } of lines) this.#checkShelf(sku, quantity);
    for (const { sku, quantity } of lines) this.#move(sku, -quantity);
    return this.#remember({ orderId, state: 'reserved', lines });
  }

  /**
   * Puts things back, from the parcel as well. An order that was never reserved is remembered as released.
   */
  release(orderId: string): Reservation {
    const known = this.#reservations.get(orderId);
    if (known?.state === 'released') return known;
    for (const { sku, quantity } of known?.lines ?? []) this.#move(sku, quantity);
    return this.#remember({ orderId, state: 'released', lines: known?.lines ?? [] });
  }

  /** @throws {Refusal} `not_reserved`. */
  ship(orderId: string): Reservation {
    const known = this.#reservations.get(orderId);
    if (known === undefined || known.state === 'released') {
      throw new Refusal(409, 'not_reserved', `nothing is reserved for ${orderId}`);
    }
    return known.state === 'shipped' ? known : this.#remember({ ...known, state: 'shipped' });
  }

  #checkShelf(sku: string, quantity: number): void {
    const available = this.#available.get(sku);
    if (available === undefined) throw new Refusal(404, 'no_such_product', `there is no product ${sku}`);
    if (available < quantity) throw new Refusal(409, 'out_of_stock', `${available} of ${sku} left`);
  }

  #move(sku: string, count: number): void {
    const shelfCount = catalogue.find((product) => product.sku === sku)?.shelfCount ?? 0;
    const available = (this.#available.get(sku) ?? 0) + count;
    this.#available.set(sku, available < shelfCount * restockBelow ? shelfCount : available);
  }

  #remember(reservation: Reservation): Reservation {
    this.#reservations.delete(reservation.orderId); // so that the newest stand last
    this.#reservations.set(reservation.orderId, reservation);
    const [oldest] = this.#reservations.keys();
    if (this.#reservations.size > maxReservations && oldest !== undefined) this.#reservations.delete(oldest);
    this.#journal.append(reservation, () => [...this.#reservations.values()]);
    return reservation;
  }
}

/** @throws {ShapeError} where a record of the journal is none. */
export function readReservation(record: unknown): Reservation {
  const fields = fieldsOf(record, 'a reservation');
  return {
    orderId: textOf(fields['orderId'], 'orderId'),
    state: oneOf(fields['state'], 'state', reservationStates),
    lines: listOf(fields['lines'], 'lines', readLine),
  };
}
