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

/** An order with the key it came under: what the journal holds. */
export interface OrderRecord {
  readonly key: string;
  readonly fingerprint: string;
  readonly order: Order;
}

const maxOrders = 10_000;

/** Every order there is, newest last; the oldest are forgotten. */
export class OrderBook {
  readonly #records = new Map<string, OrderRecord>();
  readonly #journal: Journal<OrderRecord>;

  constructor(journal: Journal<OrderRecord>) {
    this.#journal = journal;
    for (const record of journal.past) this.#records.set(record.order.orderId, record);
  }

  records(): readonly OrderRecord[] {
    return [...this.#records.values()];
  }

  find(orderId: string): Order | undefined {
    return this.#records.get(orderId)?.order;
  }

  add(record: OrderRecord): void {
    this.#records.set(record.order.orderId, record);
    const [oldest] = this.#records.keys();
    if (this.#records.size > maxOrders && oldest !== undefined) this.#records.delete(oldest);
    this.#journal.append(record, () => this.records());
  }

  /** Does nothing for an order that has been forgotten. */
  update(orderId: string, change: Partial<Order>): void {
    const record = this.#records.get(orderId);
    if (record !== undefined) this.add({ ...record, order: { ...record.order, ...change } });
  }
}

/** @throws {ShapeError} where a record of the journal is none. */
export function readOrderRecord(value: unknown): OrderRecord {
  const fields = fieldsOf(value, 'an order record');
  const order = fieldsOf(fields['order'], 'order');
  return {
    key: textOf(fields['key'], 'key'),
    fingerprint: textOf(fields['fingerprint'], 'fingerprint'),
    order: {
      orderId: textOf(order['orderId'], 'orderId'),
      state: oneOf(order['state'], 'state', orderStates),
      lines: listOf(order['lines'], 'lines', readLine),
      totalCents: wholeOf(order['totalCents'], 'totalCents', { from: 0, to: Number.MAX_SAFE_INTEGER }),
      ...(order['payment'] === undefined ? {} : { payment: readPayment(order['payment']) }),
      ...optionalTexts(order, ['trackingId', 'problem']),
    },
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
