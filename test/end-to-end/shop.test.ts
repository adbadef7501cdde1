import type { AuditEntry, FlagView, ResourceView } from '@holdfast/shared';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { getJson } from '../support/http.ts';
import { isListening } from '../support/ports.ts';
import { descendantsOf, isAlive } from '../support/process-table.ts';
import { startProcess } from '../support/process.ts';
import { repository } from '../support/product.ts';
import { scopeOfTest } from '../support/scope.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Demo, productPage, startDemo } from './support/demo.ts';

describe('the shop under a person who breaks it', () => {
  test('payments hang, the breaker opens, the flag falls, and all comes back', async () => {
    const demo = await startDemo(scopeOfTest(), '--no-story');
    expect(await demo.holdfast('status')).toContain('All well');
    await demo.holdfast('demo', 'fail', 'payments', '--mode', 'hanging', '--for', '12s');

    const open = await demo.waitForBreaker('checkout/payments', 'open');
    expect(open.breaker?.cause).toMatch(/% of \d+ calls failed/);
    const degraded = await demo.waitForFlag('instant_payment', false);
    expect(degraded).toMatchObject({ reason: 'DEGRADED', cause: expect.stringContaining('payments') });
    const status = await demo.tryHoldfast('status', '--exit-code');
    expect(status.code).toBe(11);
    expect(status.stdout).toMatch(/OPEN · checkout\/payments for \d+ s · cause: .* · 1 flag degraded/);
    const order = await placeOrder(demo);
    expect(order).toMatchObject({ payment: { status: 'pending' } });

    await demo.waitForBreaker('checkout/payments', 'closed', 60_000);
    await demo.waitForFlag('instant_payment', true);
    const events = await demo.holdfast('events', 'ls', '-o', 'ndjson');
    expect(events).toContain('flag.degraded');
    expect(events).toContain('flag.restored');
  });

  test('a flag toggled in the shell changes the page and ends itself', async () => {
    const demo = await startDemo(scopeOfTest(), '--no-story');
    expect((await productPage(demo)).degraded).toEqual([]);
    await demo.holdfast('flags', 'off', 'recommendations', '--for', '4s', '--reason', 'too slow');
    await waitFor(async () => (await productPage(demo)).degraded.includes('recommendations'), {
      what: 'the page without recommendations',
    });
    const flags = JSON.parse(await demo.holdfast('flags', 'ls', '-o', 'json')) as FlagView[];
    expect(flags.find((flag) => flag.key === 'recommendations')).toMatchObject({
      value: false,
      reason: 'OVERRIDE',
    });
    await waitFor(async () => (await productPage(demo)).degraded.length === 0, {
      what: 'the end of the override',
    });
    const audit = JSON.parse(await demo.holdfast('audit', 'ls', '-o', 'json')) as AuditEntry[];
    expect(audit.find((entry) => entry.action === 'flag.set')).toMatchObject({
      target: 'recommendations',
      from: true,
      to: false,
      reason: 'too slow',
      via: 'cli',
    });
    await waitFor(async () => (await demo.holdfast('audit', 'ls', '-o', 'json')).includes('flag.expired'), {
      what: 'the expiry in the audit list',
    });
  });

  test('a toggle reaches every running instance of a service', async () => {
    const scope = scopeOfTest();
    const demo = await startDemo(scope, '--no-story');
    const peers = {
      inventory: await demo.addressOf('inventory'),
      checkout: await demo.addressOf('checkout'),
    };
    const storefront = path.join(repository, 'cli/dist/shop/storefront.js');
    const env = {
      SHOP_INSTANCE: 'storefront-2',
      SHOP_PEERS: JSON.stringify(peers),
      HOLDFAST_COLLECTOR: demo.url,
    };
    startProcess(scope, [process.execPath, storefront], { env });
    const twoInstances = async (): Promise<boolean> =>
      (await demo.flag('recommendations')).instances.length === 2;
    await waitFor(twoInstances, { what: 'the second storefront' });
    await demo.holdfast('flags', 'off', 'recommendations');
    const flag = await demo.waitForFlag('recommendations', false);
    expect(flag.instances.map(({ instance, value }) => [instance, value])).toEqual([
      ['storefront-1', false],
      ['storefront-2', false],
    ]);
  });

  test('a breaker held open in the shell rejects until it is released', async () => {
    const demo = await startDemo(scopeOfTest(), '--no-story');
    await demo.holdfast(
      'breakers',
      'open',
      'storefront/recommendations',
      '--for',
      '10m',
      '--reason',
      'drill',
    );
    await demo.waitForBreaker('storefront/recommendations', 'forced_open');
    await demo.waitForFlag('recommendations', false);
    const listed = JSON.parse(await demo.holdfast('breakers', 'ls', '-o', 'json')) as ResourceView[];
    expect(listed[0]).toMatchObject({
      name: 'recommendations',
      breaker: { attribution: { reason: 'drill' } },
    });
    await demo.holdfast('breakers', 'release', 'storefront/recommendations', '--reason', 'done');
    await demo.waitForBreaker('storefront/recommendations', 'closed');
  });

  test('a crash is seen, restarted and survived', async () => {
    const demo = await startDemo(scopeOfTest(), '--no-story');
    await demo.holdfast('demo', 'fail', 'inventory', '--mode', 'crash');
    await waitFor(async () => (await demo.holdfast('events', 'ls', '-o', 'ndjson')).includes('agent.lost'), {
      what: 'the loss of inventory',
    });
    expect((await productPage(demo)).degraded).toBeDefined();
    await waitFor(async () => /inventory.*after a restart/.test(await demo.holdfast('events', 'ls')), {
      what: 'the return of inventory',
      withinMs: 20_000,
    });
  });
});

test('the demo ends on Ctrl-C and leaves no process and no port', async () => {
  const demo = await startDemo(scopeOfTest(), '--no-story');
  const storefront = new URL(await demo.addressOf('storefront'));
  const children = descendantsOf(demo.process.pid);
  expect(children.length).toBeGreaterThanOrEqual(5);
  demo.process.interrupt();
  expect((await demo.process.waitForExit(5_000)).code).toBeOneOf([0, 130]);
  expect(children.filter(isAlive)).toEqual([]);
  expect(await isListening(demo.port)).toBe(false);
  expect(await isListening(Number(storefront.port))).toBe(false);
});

test('a demo that is killed takes its children with it', async () => {
  const demo = await startDemo(scopeOfTest(), '--no-story');
  const children = descendantsOf(demo.process.pid);
  demo.process.signal('SIGKILL');
  await waitFor(() => children.every((pid) => !isAlive(pid)), {
    what: 'the children to end',
    withinMs: 5_000,
  });
  expect(await isListening(demo.port)).toBe(false);
});

async function placeOrder(demo: Demo): Promise<unknown> {
  return getJson(`${await demo.addressOf('checkout')}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'order-of-the-test' },
    body: JSON.stringify({ items: [{ sku: 'kelp-tea', quantity: 1 }] }),
  });
}
