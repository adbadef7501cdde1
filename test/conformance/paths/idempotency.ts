import type { Idempotency } from '@holdfast/agent';
import { chapter, settled, status, throwing } from '../path.ts';

export const idempotencyPaths = chapter(
  'Idempotency',
  (agent) => agent.idempotency('orders', { ttlMs: 60_000 }),
  [
    {
      when: 'a key comes for the first time',
      drive: (orders) => place(orders),
      counts: { idempotency: { success: 1 } },
    },
    {
      when: 'it comes again',
      drive: async (orders) => {
        await place(orders);
        await place(orders);
      },
      counts: { idempotency: { success: 2, cache_hits: 1 } },
    },
    {
      when: 'it comes again while the first call runs',
      drive: (orders) => Promise.all([place(orders), place(orders)]),
      counts: { idempotency: { success: 2, coalesced: 1 } },
    },
    {
      when: 'it comes with another payload',
      drive: async (orders) => {
        await place(orders);
        await settled(place(orders, 'two lanterns'));
      },
      counts: { idempotency: { success: 1, rejected: 1, class_caller: 1 } },
      events: ['error.sampled'],
    },
    {
      when: 'the call fails',
      drive: (orders) => settled(orders.execute(() => throwing(status(503)), { key: 'order 7' })),
      counts: { idempotency: { failure: 1, class_partial_outage: 1 } },
      events: ['error.sampled'],
    },
  ],
);

function place(orders: Idempotency, payload = 'a lantern'): Promise<string> {
  return orders.execute(() => 'receipt 1', { key: 'order 7', payload });
}
