import { createAgent } from '@holdfast/agent';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { Backlog } from '../../../examples/shop/src/checkout/backlog.ts';
import type { Order } from '../../../examples/shop/src/checkout/orders.ts';
import type { Partners } from '../../../examples/shop/src/checkout/partners.ts';
import {
  createOrderSaga,
  type OrderDesk,
  placeOrder,
} from '../../../examples/shop/src/checkout/place-order.ts';
import { settleDebts } from '../../../examples/shop/src/checkout/settle.ts';
import { HttpError } from '../../../examples/shop/src/service/http-client.ts';

const request = { orderId: 'o-1', lines: [{ sku: 'fender', quantity: 1 }], totalCents: 2_350 };
const outage = new Error('no answer');
const outOfStock = new HttpError('POST /reserve', 409, { code: 'out_of_stock', message: 'none left' });
const declined = new HttpError('POST /charge', 402, { code: 'payment_declined', message: 'no' });

interface Play {
  readonly desk: OrderDesk;
  readonly partners: Record<keyof Partners, (orderId: string) => Promise<unknown>>;
  /** What partners were asked for, in order. */
  readonly log: string[];
  readonly updates: Partial<Order>[];
  isInstant: boolean;
  settle(): Promise<void>;
}

/** Partners that do what they are asked, until a test gives one another answer. */
function play(answers: Partial<Record<keyof Partners, () => Promise<unknown>>> = {}): Play {
  const log: string[] = [];
  const updates: Partial<Order>[] = [];
  const usual: Record<keyof Partners, () => Promise<unknown>> = {
    reserve: async () => {},
    release: async () => {},
    charge: async () => ({ status: 'charged', receiptId: 'r-1' }),
    refund: async () => {},
    ship: async () => 'parcel-1',
    askPayments: async () => {},
    askInventory: async () => {},
    ...answers,
  };
  const names = Object.keys(usual) as (keyof Partners)[];
  const partners = Object.fromEntries(
    names.map((name) => [
      name,
      async () => {
        log.push(name);
        return usual[name]();
      },
    ]),
  ) as unknown as Play['partners'] & Partners;
  const agent = createAgent({ service: 'checkout', collector: false, clock: new FakeClock() });
  const saga = createOrderSaga(agent);
  const desk = { saga, partners, backlog: new Backlog(), takesInstantPayment: () => it.isInstant };
  const it: Play = {
    desk,
    partners,
    log,
    updates,
    isInstant: true,
    settle: () => settleDebts({ ...desk, update: (_orderId, change) => void updates.push(change) }),
  };
  return it;
}

function fails(error: Error): () => Promise<never> {
  return async () => {
    throw error;
  };
}

describe('an order', () => {
  test('is reserved, charged and shipped', async () => {
    const { desk, log } = play();
    expect(await placeOrder(desk, request)).toEqual({
      ...request,
      state: 'confirmed',
      payment: { status: 'charged', receiptId: 'r-1' },
      trackingId: 'parcel-1',
    });
    expect(log).toEqual(['reserve', 'charge', 'ship']);
  });

  test('that asks for too much is refused and undoes nothing', async () => {
    const { desk, log } = play({ reserve: fails(outOfStock) });
    expect(await placeOrder(desk, request)).toMatchObject({
      state: 'refused',
      problem: expect.stringMatching(/out_of_stock/),
    });
    expect(log).toEqual(['reserve']);
  });

  test('whose card is declined gives the goods back', async () => {
    const { desk, log } = play({ charge: fails(declined) });
    expect(await placeOrder(desk, request)).toMatchObject({ state: 'refused' });
    expect(log).toEqual(['reserve', 'charge', 'release']);
  });

  test('that cannot be shipped is refunded, then released', async () => {
    const { desk, log } = play({ ship: fails(outage) });
    expect(await placeOrder(desk, request)).toMatchObject({ state: 'failed' });
    expect(log).toEqual(['reserve', 'charge', 'ship', 'refund', 'release']);
  });

  test('whose reservation timed out is released all the same', async () => {
    const { desk, log } = play({ reserve: fails(outage) });
    expect(await placeOrder(desk, request)).toMatchObject({ state: 'failed' });
    expect(log).toEqual(['reserve', 'release']);
  });
});

describe('a payment that cannot be had', () => {
  const pending = async (): Promise<unknown> => ({ status: 'pending' });

  test('is left pending and charged later', async () => {
    const answers = { charge: pending };
    const { desk, settle, updates } = play(answers);
    expect(await placeOrder(desk, request)).toMatchObject({
      state: 'payment_pending',
      trackingId: 'parcel-1',
    });
    await settle();
    expect(desk.backlog.length).toBe(1);
    const back = play();
    desk.backlog.oldest(1, () => true).forEach((debt) => back.desk.backlog.add(debt));
    await back.settle();
    expect(back.updates).toEqual([{ state: 'confirmed', payment: { status: 'charged', receiptId: 'r-1' } }]);
    expect({ left: back.desk.backlog.length, updates }).toEqual({ left: 0, updates: [] });
  });

  test('is not even tried while the flag is off', async () => {
    const it = play();
    it.isInstant = false;
    expect(await placeOrder(it.desk, request)).toMatchObject({ payment: { status: 'pending' } });
    await it.settle();
    expect(it.log).toEqual(['reserve', 'ship']);
    it.isInstant = true;
    await it.settle();
    expect(it.log).toEqual(['reserve', 'ship', 'charge']);
  });

  test('is no longer owed when the order fails', async () => {
    const it = play({ charge: pending, ship: fails(outage) });
    await placeOrder(it.desk, request);
    expect({ owed: it.desk.backlog.length, log: it.log }).toEqual({
      owed: 0,
      log: ['reserve', 'charge', 'ship', 'refund', 'release'],
    });
  });

  test('that is declined in the end releases the goods', async () => {
    const it = play({ charge: fails(declined) });
    it.desk.backlog.add({ kind: 'charge', orderId: 'o-1', amountCents: 2_350 });
    await it.settle();
    await it.settle();
    expect(it.log).toEqual(['charge', 'release']);
    expect(it.updates).toMatchObject([{ state: 'payment_failed' }]);
  });
});

describe('what cannot be undone now', () => {
  test('is owed and undone later', async () => {
    let isDown = true;
    const release = async (): Promise<void> => {
      if (isDown) throw outage;
    };
    const it = play({ ship: fails(outage), release });
    expect(await placeOrder(it.desk, request)).toMatchObject({
      problem: expect.stringMatching(/still to be undone: reserve inventory/),
    });
    await it.settle();
    expect(it.desk.backlog.length).toBe(1);
    isDown = false;
    await it.settle();
    expect(it.desk.backlog.length).toBe(0);
  });
});

test('a backlog that is full takes no more pending payments', async () => {
  const { desk, log } = play({ charge: async () => ({ status: 'pending' }) });
  for (let count = 0; !desk.backlog.isFull; count++) {
    desk.backlog.add({ kind: 'charge', orderId: `o-${count}`, amountCents: 1 });
  }
  expect(await placeOrder(desk, { ...request, orderId: 'o-new' })).toMatchObject({ state: 'failed' });
  expect(log).toEqual(['reserve', 'charge', 'release']);
});
