import { describe, expect, test } from 'vitest';
import { failureModes, faultClasses, peersOf, shopServices } from '../../../cli/src/demo/shop.ts';
import { stories } from '../../../cli/src/demo/stories.ts';
import { villainKeys } from '../../../cli/src/demo/villain-keys.ts';
import { faultClasses as shopFaultClasses } from '../../../examples/shop/src/service/error-answers.ts';
import { modeNames } from '../../../examples/shop/src/service/failure-modes.ts';
import { readModeOrder } from '../../../examples/shop/src/service/mode-order.ts';
import { serviceNames } from '../../../examples/shop/src/service/settings.ts';

describe('the stories', () => {
  test.each(stories.map((story) => [story.name, story] as const))(
    '%s fits into five minutes',
    (_name, { turns }) => {
      const seconds = turns.map(({ wait }) => (wait.kind === 'pause' ? wait.seconds : wait.atMostSeconds));
      const longest = seconds.reduce((sum, one) => sum + one, 0);
      expect(longest).toBeGreaterThan(20);
      expect(longest).toBeLessThan(310);
    },
  );

  test.each(stories.map((story) => [story.name, story] as const))(
    '%s ends with everything healed',
    (_name, { turns }) => {
      const broken = new Set<string>();
      for (const { act } of turns) {
        if (act === undefined || act.order.mode === 'crash') continue;
        if (act.order.mode === 'healthy') broken.delete(act.service);
        else broken.add(act.service);
      }
      expect([...broken]).toEqual([]);
    },
  );

  test('every order is one that a service of the shop takes', () => {
    const orders = [
      ...stories.flatMap(({ turns }) => turns.flatMap(({ act }) => act?.order ?? [])),
      ...villainKeys.map(({ order }) => order),
    ];
    expect(orders.length).toBeGreaterThan(10);
    for (const order of orders) expect(readModeOrder(order).mode.mode).toBe(order.mode);
  });
});

describe('what the demo knows of the shop', () => {
  test('is what the shop says of itself', () => {
    expect(['healthy', ...failureModes].sort()).toEqual([...modeNames].sort());
    expect(faultClasses).toEqual(shopFaultClasses);
    expect([...shopServices].sort()).toEqual([...serviceNames].sort());
  });

  test('starts each service after those that it calls', () => {
    for (const [index, service] of shopServices.entries()) {
      const before: readonly string[] = shopServices.slice(0, index);
      for (const peer of peersOf[service]) expect(before).toContain(peer);
    }
  });
});
