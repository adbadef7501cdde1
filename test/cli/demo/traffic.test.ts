import { createServer } from 'node:http';
import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { describeTraffic } from '../../../cli/src/demo/describe-traffic.ts';
import { Traffic } from '../../../cli/src/demo/traffic.ts';
import { freePort } from '../../support/ports.ts';
import { type Scope, scopeOfTest } from '../../support/scope.ts';
import { waitFor } from '../../support/wait-for.ts';

interface ShopFront {
  readonly url: string;
  readonly pages: string[];
  readonly keys: (string | undefined)[];
  status: number;
}

/** Both services in one: it counts what it is asked. */
async function shopFront(scope: Scope): Promise<ShopFront> {
  const port = await freePort();
  const front: ShopFront = { url: `http://127.0.0.1:${port}`, pages: [], keys: [], status: 200 };
  const server = createServer((request, response) => {
    if (request.method === 'GET') front.pages.push(request.url ?? '');
    else front.keys.push(request.headers['idempotency-key']?.toString());
    response.writeHead(front.status).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  scope.onEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  return front;
}

function traffic(front: ShopFront, clock: FakeClock, pagesPerSecond = 20): Traffic {
  const urls = { storefront: front.url, checkout: front.url };
  return new Traffic({ clock, pagesPerSecond, urls, skus: ['rope', 'anchor', 'lantern'] });
}

describe('traffic', () => {
  test('is as many pages and orders a second as asked for', async () => {
    const scope = scopeOfTest();
    const front = await shopFront(scope);
    const clock = new FakeClock();
    const customers = traffic(front, clock);
    customers.start();
    scope.onEnd(() => customers.stop());
    await clock.advance(5_000);
    await waitFor(() => front.pages.length === 100 && front.keys.length === 30, { what: 'the requests' });
    expect(front.pages.slice(0, 4).sort()).toEqual([
      '/products/anchor',
      '/products/lantern',
      '/products/rope',
      '/products/rope',
    ]);
  });

  test('sends some orders twice under the same key', async () => {
    const scope = scopeOfTest();
    const front = await shopFront(scope);
    const clock = new FakeClock();
    const customers = traffic(front, clock);
    customers.start();
    scope.onEnd(() => customers.stop());
    await clock.advance(5_000);
    await waitFor(() => front.keys.length === 30, { what: 'the orders' });
    expect(new Set(front.keys).size).toBe(29);
  });

  test('stops when it is told to', async () => {
    const front = await shopFront(scopeOfTest());
    const clock = new FakeClock();
    const customers = traffic(front, clock);
    customers.start();
    await clock.advance(500);
    customers.stop();
    await waitFor(() => front.pages.length === 10, { what: 'the first pages' });
    await clock.advance(10_000);
    expect(front.pages).toHaveLength(10);
  });

  test('reports what customers saw since it was last asked', async () => {
    const scope = scopeOfTest();
    const front = await shopFront(scope);
    front.status = 500;
    const clock = new FakeClock();
    const customers = traffic(front, clock, 10);
    customers.start();
    scope.onEnd(() => customers.stop());
    await clock.advance(1_000);
    let pages = 0;
    await waitFor(
      () => {
        const report = customers.report();
        pages += report.pages;
        return report.pages === report.pagesFailed && pages === 10;
      },
      { what: 'ten failed pages' },
    );
    expect(customers.report()).toMatchObject({ pages: 0, pagesFailed: 0 });
  });

  test('without anybody to answer it holds no more than its limit', async () => {
    const scope = scopeOfTest();
    const silent = createServer(() => {});
    const port = await freePort();
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
    scope.onEnd(() => {
      silent.close();
      silent.closeAllConnections();
    });
    const clock = new FakeClock();
    const front = { url: `http://127.0.0.1:${port}`, pages: [], keys: [], status: 200 };
    const customers = traffic(front, clock, 100);
    customers.start();
    scope.onEnd(() => customers.stop());
    await clock.advance(2_000);
    expect(customers.report()).toMatchObject({ pages: 0, skipped: 60 });
  });
});

test('the end of a line tells what customers saw', () => {
  const report = {
    pages: 402,
    pagesFailed: 0,
    slowestPageMs: 38.4,
    orders: 120,
    ordersFailed: 3,
    skipped: 0,
  };
  expect(describeTraffic(report)).toBe('  (until now: 402 pages, slowest 38 ms; 120 orders, 3 failed)');
  expect(describeTraffic({ ...report, pages: 0, orders: 0 })).toBe('');
});
