import { type OrderLine, readLine } from '../order-line.ts';
import type { Journal } from '../service/journal.ts';
import { fieldsOf, listOf, oneOf, textOf, wholeOf } from '../service/read.ts';

const orderStates = ['confirmed', 'payment_pending', 'refused', 'failed', 'payment_failed'] as const;

/**
 * `refused`: the customer asked for what cannot be had. `failed`: a service let us down, and what was done
 * has been taken back. `payment_failed`: the payment was pending and then declined.
 */
export type OrderState = (typeof orderStates)[number];

export interface Order {
  readonly orderId: string;
  readonly state: OrderState;
  readonly lines: readonly OrderLine[];
  readonly totalCents: number;
  /** Absent where nothing was paid and nothing will be. */
  readonly payment?: Payment;
  readonly trackingId?: string;
  /** Why it is not confirmed, in words. */
  readonly problem?: string;
}

/** The money has moved, or it will be tried again later. */
export type Payment =
  | { readonly status: 'charged'; readonly receiptId: string }
  | { readonly status: 'pending' };

const maxOrders = 10_000;

/** Every order there is, newest last; the oldest are forgotten. */
export class OrderBook {
  readonly #orders = new Map<string, Order>();
  readonly #journal: Journal<Order>;

  constructor(journal: Journal<Order>) {
    this.#journal = journal;
    for (const order of journal.past) this.#orders.set(order.orderId, order);
  }

  all(): readonly Order[] {
    return [...this.#orders.values()];
  }

  find(orderId: string): Order | undefined {
    return this.#orders.get(orderId);
  }

  add(order: Order): void {
    this.#orders.set(order.orderId, order);
    const [oldest] = this.#orders.keys();
    if (this.#orders.size > maxOrders && oldest !== undefined) this.#orders.delete(oldest);
    this.#journal.append(order, () => this.all());
  }

  /** Does nothing for an order that has been forgotten. */
  update(orderId: string, change: Partial<Order>): void {
    const order = this.#orders.get(orderId);
    if (order !== undefined) this.add({ ...order, ...change });
  }
}

/** @throws {ShapeError} where a record of the journal is none. */
export function readOrder(value: unknown): Order {
  const order = fieldsOf(value, 'an order');
  return {
    orderId: textOf(order['orderId'], 'orderId'),
    state: oneOf(order['state'], 'state', orderStates),
    lines: listOf(order['lines'], 'lines', readLine),
    totalCents: wholeOf(order['totalCents'], 'totalCents', { from: 0, to: Number.MAX_SAFE_INTEGER }),
    ...(order['payment'] === undefined ? {} : { payment: readPayment(order['payment']) }),
    ...optionalTexts(order, ['trackingId', 'problem']),
  };
}

function readPayment(value: unknown): Payment {
  const fields = fieldsOf(value, 'payment');
  const status = oneOf(fields['status'], 'payment.status', ['charged', 'pending']);
  return status === 'pending'
    ? { status }
    : { status, receiptId: textOf(fields['receiptId'], 'payment.receiptId') };
}

function optionalTexts<K extends string>(
  fields: Readonly<Record<string, unknown>>,
  names: readonly K[],
): Partial<Record<K, string>> {
  const texts: Partial<Record<K, string>> = {};
  for (const name of names) if (fields[name] !== undefined) texts[name] = textOf(fields[name], name);
  return texts;
}
