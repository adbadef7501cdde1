import { describe, expect, test } from 'vitest';
import { checkout } from '../../examples/shop/src/checkout/checkout.ts';
import { inventory } from '../../examples/shop/src/inventory/inventory.ts';
import { payments } from '../../examples/shop/src/payments/payments.ts';
import { type ServiceName, settingsFrom } from '../../examples/shop/src/service/settings.ts';
import {
  type BuildService,
  type RunningService,
  startService,
} from '../../examples/shop/src/service/start.ts';
import { storefront } from '../../examples/shop/src/storefront/storefront.ts';
import type { ProductPage } from '../../examples/shop/src/storefront/storefront.ts';
import { getJson, sendJson } from '../support/http.ts';
import { type Scope, scopeOfTest } from '../support/scope.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';

type Shop = Record<ServiceName, RunningService>;

const builders: Record<ServiceName, BuildService> = { inventory, payments, checkout, storefront };

/** All four in this process, over real sockets, with agents that have no collector. */
async function openShop(scope: Scope): Promise<Shop> {
  const started: Partial<Shop> = {};
  const urls: Partial<Record<ServiceName, string>> = {};
  const open = async (name: ServiceName): Promise<RunningService> => {
    const settings = settingsFrom(name, { SHOP_PEERS: JSON.stringify(urls) });
    const service = await startService(builders[name], { settings, crash: () => {} });
    scope.onEnd(async () => void (await service.stop()));
    urls[name] = service.url;
    started[name] = service;
    return service;
  };
  return {
    inventory: await open('inventory'),
    payments: await open('payments'),
    checkout: await open('checkout'),
    storefront: await open('storefront'),
  };
}

function page(shop: Shop): Promise<ProductPage> {
  return getJson(`${shop.storefront.url}/products/lantern`);
}

function setMode(service: RunningService, mode: string, more: object = {}): Promise<unknown> {
  return sendJson('POST', `${service.controlUrl}/mode`, { mode, ...more });
}

async function order(
  shop: Shop,
  key: string,
  items: unknown = [{ sku: 'lantern', quantity: 2 }],
): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> {
  const answer = await fetch(`${shop.checkout.url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ items }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function timed<T>(run: () => Promise<T>): Promise<{ answer: T; ms: number }> {
  const began = realTime.monotonic();
  const answer = await run();
  return { answer, ms: realTime.monotonic() - began };
}

describe('the storefront', () => {
  test('shows a whole page while all is well', async () => {
    const shop = await openShop(scopeOfTest());
    expect(await page(shop)).toEqual({
      product: { sku: 'lantern', name: 'Storm lantern', priceCents: 3_990 },
      reviews: expect.arrayContaining([expect.objectContaining({ stars: expect.any(Number) })]),
      stock: { inStock: true, note: '300 in stock' },
      recommendations: expect.arrayContaining([expect.any(String)]),
      degraded: [],
    });
  });

  test.each(['refusing', 'hanging', 'erroring', 'overloaded'])(
    'answers fast while inventory is %s',
    async (mode) => {
      const shop = await openShop(scopeOfTest());
      await setMode(shop.inventory, mode);
      const pages = await Promise.all(Array.from({ length: 12 }, () => timed(() => page(shop))));
      for (const { answer, ms } of pages) {
        expect(ms).toBeLessThan(1_200);
        expect(answer.recommendations).toHaveLength(3);
      }
      if (mode === 'overloaded') return; // a few of the twelve are served
      expect(pages[0]?.answer).toMatchObject({
        reviews: [],
        stock: { inStock: true, note: 'in stock, probably' },
        degraded: ['user_reviews', 'real_time_inventory'],
      });
    },
  );

  test('shows what is popular while checkout is away', async () => {
    const shop = await openShop(scopeOfTest());
    await setMode(shop.checkout, 'refusing');
    expect(await page(shop)).toMatchObject({
      recommendations: ['kelp-tea', 'shackle', 'tide-table'],
      degraded: ['recommendations'],
    });
  });

  test('finds out by itself that a degraded dependency is well again', async () => {
    const shop = await openShop(scopeOfTest());
    await setMode(shop.inventory, 'refusing', { forMs: 4_000 });
    await Promise.all(Array.from({ length: 12 }, () => page(shop)));
    const open = await timed(() => page(shop));
    expect(open.answer.degraded).toEqual(['user_reviews', 'real_time_inventory']);
    expect(open.ms).toBeLessThan(100); // no call is made
    await waitFor(async () => (await page(shop)).degraded.length === 0, {
      what: 'a whole page',
      withinMs: 18_000,
    });
  }, 30_000);
});

describe('an order over real sockets', () => {
  test('is confirmed, and the same for the same key', async () => {
    const shop = await openShop(scopeOfTest());
    const first = await order(shop, 'k-1');
    expect(first).toMatchObject({ status: 201, body: { state: 'confirmed', totalCents: 7_980 } });
    expect(await order(shop, 'k-1')).toEqual(first);
    expect((await page(shop)).stock.note).toBe('298 in stock');
  });

  test('under a key that was used for another is refused by name', async () => {
    const shop = await openShop(scopeOfTest());
    await order(shop, 'k-1');
    const other = await order(shop, 'k-1', [{ sku: 'fender', quantity: 1 }]);
    expect(other).toMatchObject({ status: 422, body: { error: 'idempotency_key_reused' } });
  });

  test('stays pending while payments refuses, and is charged later', async () => {
    const shop = await openShop(scopeOfTest());
    await setMode(shop.payments, 'refusing');
    const pending = await order(shop, 'k-1');
    expect(pending).toMatchObject({ status: 202, body: { payment: { status: 'pending' } } });
    await setMode(shop.payments, 'healthy');
    const url = `${shop.checkout.url}/orders/${String(pending.body['orderId'])}`;
    await waitFor(async () => (await getJson<{ state: string }>(url)).state === 'confirmed', {
      what: 'the charge',
    });
  });

  test('of more than there is is refused and reserves nothing', async () => {
    const shop = await openShop(scopeOfTest());
    expect(await order(shop, 'k-1', [{ sku: 'lantern', quantity: 9_999 }])).toMatchObject({ status: 409 });
    expect((await page(shop)).stock.note).toBe('300 in stock');
  });

  test('that inventory cannot take fails in time', async () => {
    const shop = await openShop(scopeOfTest());
    await setMode(shop.inventory, 'hanging');
    const { answer, ms } = await timed(() => order(shop, 'k-1'));
    expect(answer).toMatchObject({ status: 503, body: { state: 'failed' } });
    expect(ms).toBeLessThan(4_000);
  });

  test.each([
    ['no key', { items: [] }, undefined, 400, 'idempotency_key_missing'],
    ['no items', { items: [] }, 'k', 400, 'empty_order'],
    ['a strange product', { items: [{ sku: 'moon', quantity: 1 }] }, 'k', 404, 'no_such_product'],
    ['half a kettle', { items: [{ sku: 'fender', quantity: 0.5 }] }, 'k', 400, 'bad_request'],
  ])('with %s is refused by name', async (_what, body, key, status, code) => {
    const shop = await openShop(scopeOfTest());
    const answer = await fetch(`${shop.checkout.url}/orders`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify(body),
    });
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status,
      body: { error: code },
    });
  });
});

describe('the control port', () => {
  test('takes nothing from a page', async () => {
    const shop = await openShop(scopeOfTest());
    for (const headers of [{ 'content-type': 'text/plain' }, { origin: 'http://evil.example' }]) {
      const answer = await fetch(`${shop.payments.controlUrl}/mode`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"mode":"refusing"}',
      });
      expect(answer.status).toBe(403);
    }
    expect(await getJson(`${shop.payments.controlUrl}/mode`)).toEqual({ mode: 'healthy' });
  });

  test('says which modes there are', async () => {
    const shop = await openShop(scopeOfTest());
    await expect(setMode(shop.payments, 'sleepy')).rejects.toThrow(/400.*mode must be one of healthy, slow/);
  });

  test('serves the health of the service, whose failing shows', async () => {
    const shop = await openShop(scopeOfTest());
    const ready = `${shop.payments.controlUrl}/readyz`;
    expect(await getJson(ready)).toMatchObject({ status: 'pass' });
    await setMode(shop.payments, 'erroring', { errorClass: 'critical' });
    await waitFor(async () => (await fetch(ready)).status === 503, { what: 'payments to be unready' });
    expect((await fetch(`${shop.payments.controlUrl}/livez`)).status).toBe(200);
  });

  test('totals stand still while the service rests, and count every call', async () => {
    const shop = await openShop(scopeOfTest());
    await sendJson('POST', `${shop.storefront.controlUrl}/rest`, { resting: true });
    await realTime.sleep(600); // checks that had begun end within their pipeline's time
    type Totals = Record<string, { calls: number }>;
    const before = await getJson<Totals>(`${shop.storefront.controlUrl}/totals`);
    for (let count = 0; count < 5; count++) await page(shop);
    const after = await getJson<Totals>(`${shop.storefront.controlUrl}/totals`);
    for (const pipeline of ['reviews', 'inventory', 'recommendations']) {
      expect((after[pipeline]?.calls ?? 0) - (before[pipeline]?.calls ?? 0)).toBe(5);
    }
  });
});
