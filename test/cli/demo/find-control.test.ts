import type { AgentView } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { findControl } from '../../../cli/src/demo/find-control.ts';
import { agent } from '../support/fleet.ts';

function member(service: string, instance: string, more: Partial<AgentView> = {}): AgentView {
  return agent(service, instance, { tags: { shop_control: `http://127.0.0.1:1/${instance}` }, ...more });
}

describe('finding a service of the shop', () => {
  test('gives every instance that is connected', () => {
    const agents = [
      member('payments', 'payments-1'),
      member('payments', 'payments-2'),
      member('payments', 'payments-3', { connected: false }),
      member('checkout', 'checkout-1'),
    ];
    expect(findControl(agents, 'payments').map(({ instance }) => instance)).toEqual([
      'payments-1',
      'payments-2',
    ]);
  });

  test('a service that it does not have is answered with the nearest', () => {
    const agents = [member('payments', 'payments-1'), member('checkout', 'checkout-1')];
    expect(() => findControl(agents, 'paymnts')).toThrow("no service 'paymnts'; did you mean payments?");
    expect(() => findControl(agents, 'zzz')).toThrow('; it has checkout, payments');
  });

  test('services of others are no shop', () => {
    expect(() => findControl([member('billing', 'billing-1', { tags: {} })], 'billing')).toThrow(
      'holdfast demo',
    );
  });

  test('a service that is away is named', () => {
    const agents = [member('payments', 'payments-1', { connected: false })];
    expect(() => findControl(agents, 'payments')).toThrow('payments is not connected');
  });
});
