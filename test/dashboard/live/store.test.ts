import { FakeClock } from '@holdfast/agent/testing';
import { describe, expect, test } from 'vitest';
import { createLiveStore, type LiveStore, type Topic } from '../../../dashboard/src/live/store.ts';
import { sampleAt, sampleBreaker, sampleCondition } from '../sample-breakers.ts';
import { failingFleet } from '../sample-fleet.ts';

function startedStore(): { store: LiveStore; clock: FakeClock } {
  const clock = new FakeClock();
  const store = createLiveStore(clock);
  store.setConnection({ state: 'open' });
  store.apply({ type: 'snapshot', view: failingFleet() });
  return { store, clock };
}

function heard(store: LiveStore, topics: readonly Topic[]): Topic[] {
  const told: Topic[] = [];
  for (const topic of topics) store.subscribe(topic, () => told.push(topic));
  return told;
}

describe('who is told', () => {
  test('a changed breaker tells its own row and no other', () => {
    const { store } = startedStore();
    const told = heard(store, [
      'resource:checkout/circuit_breaker/shipping',
      'resource:checkout/circuit_breaker/payments',
      'flags',
      'breakers',
    ]);
    store.apply({ type: 'delta', at: sampleAt + 100, resources: [sampleBreaker('checkout/shipping')] });
    expect(told).toEqual(['resource:checkout/circuit_breaker/shipping']);
  });

  test('an empty delta tells only who follows the time', () => {
    const { store } = startedStore();
    const told = heard(store, ['view', 'resources', 'flags', 'events', 'checks', 'breakers']);
    store.apply({ type: 'delta', at: sampleAt + 100 });
    expect(told).toEqual(['view']);
  });

  test('a breaker that opens changes the order', () => {
    const { store } = startedStore();
    const told = heard(store, ['breakers']);
    const opened = sampleBreaker('checkout/aaa', { breaker: sampleCondition('open') });
    store.apply({ type: 'delta', at: sampleAt + 100, resources: [opened] });
    expect(told).toEqual(['breakers']);
    expect(store.breakers().all).toContain('checkout/circuit_breaker/aaa');
    expect(store.breakers().problems).toContain('checkout/circuit_breaker/aaa');
  });

  test('a removed breaker tells its row and leaves the list', () => {
    const { store } = startedStore();
    const address = 'checkout/circuit_breaker/payments';
    const told = heard(store, [`resource:${address}`]);
    store.apply({ type: 'delta', at: sampleAt + 100, removed: [address] });
    expect(told).toEqual([`resource:${address}`]);
    expect(store.breakers().all).not.toContain(address);
  });

  test('who has left is told nothing', () => {
    const { store } = startedStore();
    let count = 0;
    store.subscribe('view', () => count++)();
    store.apply({ type: 'delta', at: sampleAt + 100 });
    expect(count).toBe(0);
  });
});

test('the open breaker stands first, and only breakers are listed', () => {
  const { store } = startedStore();
  expect(store.breakers().all[0]).toBe('checkout/circuit_breaker/payments');
  expect(store.breakers().all.every((address) => address.includes('/circuit_breaker/'))).toBe(true);
});

describe('the clock of the page', () => {
  test('goes on from the time that the collector told', async () => {
    const { store, clock } = startedStore();
    await clock.advance(1_200);
    expect(store.now()).toBe(sampleAt + 1_200);
  });

  test('stands still over dead data', async () => {
    const { store, clock } = startedStore();
    await clock.advance(1_000);
    store.setConnection({ state: 'waiting', attempt: 1, retryAt: 9_000 });
    await clock.advance(30_000);
    expect(store.now()).toBe(sampleAt);
    expect(store.freshness()).toMatchObject({ state: 'stale', ageMs: 31_000 });
  });
});
