import { createAgent } from '@holdfast/agent';
import { expect, test } from 'vitest';
import { follow, unfollow } from '../../../agent/src/primitives/follow.ts';

const agent = createAgent({ service: 'shop', collector: false });
const pipeline = agent.pipeline('pipeline', { circuitBreaker: {} });
const cache = agent.cache('cache', { ttlMs: 1 });
const pool = agent.endpoints('pool', { endpoints: ['a'] });
const queue = agent.queue('queue', { capacity: 1 });
queue.offer(0);
const wait = (): Promise<never> => new Promise(() => {});
type Make = (signal: AbortSignal, index: number) => Promise<unknown>;
const calls: [string, Make][] = [
  ['pipeline', (signal) => pipeline.execute(wait, { signal })],
  ['circuit breaker', (signal) => agent.circuitBreaker('b').execute(wait, { signal })],
  ['hedge', (signal) => agent.hedge('h').execute(wait, { signal })],
  ['cache', (signal, key) => cache.execute(wait, { key: `${key}`, signal })],
  ['idempotency', (signal, key) => agent.idempotency('i').execute(wait, { key: `${key}`, signal })],
  ['saga', (signal) => agent.saga('s').execute(wait, { signal })],
  ['pool of endpoints', (signal) => pool.execute(wait, { signal })],
  ['queue', (signal, item) => queue.put(item, { signal })],
];

/** How many listeners a signal has, as Node counts them before it warns. */
function counted(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count += 1;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    count -= 1;
    removeEventListener.apply(signal, args);
  };
  return () => count;
}

test.each(calls)('20 calls of a %s share one listener of their signal', async (_kind, call) => {
  const controller = new AbortController();
  const count = counted(controller.signal);
  const running = Array.from({ length: 20 }, (_, index) => call(controller.signal, index));
  await Promise.resolve();
  expect(count()).toBe(1);
  const stopped = new Error('stopped');
  controller.abort(stopped);
  const ends = await Promise.allSettled(running);
  for (const end of ends) expect(end).toMatchObject({ status: 'rejected', reason: stopped });
});

test('the last that leaves takes the listener along', async () => {
  const controller = new AbortController();
  const count = counted(controller.signal);
  const retry = agent.retry('r');
  const answers = [1, 2, 3].map((value) => retry.execute(async () => value, { signal: controller.signal }));
  expect(count()).toBe(1);
  expect(await Promise.all(answers)).toEqual([1, 2, 3]);
  expect(count()).toBe(0);
});

test('who leaves while others are told is not told', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const told: string[] = [];
  const second = (): void => void told.push('second');
  follow(signal, () => {
    told.push('first');
    unfollow(signal, second);
  });
  follow(signal, second);
  controller.abort();
  expect(told).toEqual(['first']);
});
