import { describe, expect, test } from 'vitest';
import { scopeOfTest } from '../../support/scope.ts';
import { startControlPort } from '../support/control-port.ts';
import { startFakeCollector } from '../support/fake-collector.ts';
import { runCommand } from '../support/fake-host.ts';
import { agent, fleetView } from '../support/fleet.ts';

interface Shop {
  readonly url: string;
  /** What the two instances of payments were sent. */
  readonly bodies: readonly unknown[][];
}

async function openShop(): Promise<Shop> {
  const scope = scopeOfTest();
  const ports = [await startControlPort(scope), await startControlPort(scope)];
  const agents = [
    ...ports.map(({ url }, index) =>
      agent('payments', `payments-${index + 1}`, { tags: { shop_control: url } }),
    ),
    agent('checkout', 'checkout-1', { tags: { shop_control: 'http://10.1.2.3:80' } }),
  ];
  const { url } = await startFakeCollector(scope, { view: fleetView({ agents }) });
  return { url, bodies: ports.map(({ bodies }) => bodies) };
}

describe('demo fail and heal', () => {
  test.each([
    ['fail payments --mode slow --delay 700ms --for 30s', { mode: 'slow', delayMs: 700, forMs: 30_000 }],
    ['fail payments --mode erroring --class throttled', { mode: 'erroring', errorClass: 'throttled' }],
    ['fail payments --mode crash', { mode: 'crash' }],
    ['heal payments', { mode: 'healthy' }],
  ])('%s switches every instance', async (line, order) => {
    const { url, bodies } = await openShop();
    const { code, stderr } = await runCommand(['demo', ...line.split(' ')], { url });
    expect({ code, bodies }).toEqual({ code: 0, bodies: [[order], [order]] });
    expect(stderr).toMatch(/^payments-1 .*\npayments-2 .*\n$/);
  });

  test('nothing is sent to another machine', async () => {
    const { url } = await openShop();
    const { code, stderr } = await runCommand(['demo', 'fail', 'checkout', '--mode', 'crash'], { url });
    expect({ code, stderr }).toMatchObject({
      code: 8,
      stderr: expect.stringMatching(/10\.1\.2\.3:80 is not on this machine/),
    });
  });

  test.each([
    ['fail paymnts --mode slow', /no service 'paymnts'; did you mean payments\?/],
    ['fail payments --mode slw', /--mode knows no 'slw'; did you mean slow\?/],
    ['fail payments --mode erroring --class trans', /did you mean transient\?/],
    ['fail payments --mode slow --class caller', /--class goes with --mode erroring/],
    ['fail payments --mode hanging --delay 1s', /--delay goes with --mode slow/],
    ['fail payments --mode slow --for 2h', /--for must be between 100ms and 1 h, got '2h'/],
    ['fail payments --mode slow --for soon', /--for must be a span such as 30s.*'soon'/],
    ['fail payments', /--mode says how it is to fail: slow, erroring/],
    ['fail nope', /no service 'nope'; it has checkout, inventory, payments, storefront/],
    ['heal nope', /no service 'nope'/],
  ])('%s is refused in one line', async (line, says) => {
    const { url, bodies } = await openShop();
    const { code, stderr } = await runCommand(['demo', ...line.split(' ')], { url });
    expect({ code, stderr, bodies }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(says),
      bodies: [[], []],
    });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('without a shop it says how to start one', async () => {
    const scope = scopeOfTest();
    const { url } = await startFakeCollector(scope, { view: fleetView() });
    const { code, stderr } = await runCommand(['demo', 'heal', 'payments'], { url });
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringMatching(/holdfast demo/) });
  });
});

describe('demo', () => {
  test.each([
    ['--story payment', /no story 'payment'; did you mean payments\?/],
    ['--story tragedy', /no story 'tragedy'; there are full, payments, inventory, crash, errors, overload/],
    ['--port 99999', /port.*99999/],
    ['--rate fast', /rate.*fast/],
    ['--rate 501', /rate.*0 to 500.*501/],
    ['now', /too many arguments/],
  ])('%s is refused in one line', async (line, says) => {
    const { code, stdout, stderr } = await runCommand(['demo', ...line.split(' ')]);
    expect({ code, stdout, stderr }).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(says),
    });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
