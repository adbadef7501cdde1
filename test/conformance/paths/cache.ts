import type { Agent, Cache } from '@holdfast/agent';
import { chapter, hanging, settled, status, throwing } from '../path.ts';

const key = 'ana';

export const cachePaths = chapter('Cache', (agent) => agent.cache('users', { ttlMs: 1_000 }), [
  {
    when: 'nothing is kept yet',
    drive: good,
    counts: { cache: { success: 1 } },
  },
  {
    when: 'a fresh answer is kept',
    drive: async (cache) => {
      await good(cache);
      await good(cache);
    },
    counts: { cache: { success: 2, cache_hits: 1 } },
  },
  {
    when: 'a call shares the flight of another',
    drive: (cache) => Promise.all([good(cache), good(cache)]),
    counts: { cache: { success: 2, coalesced: 1 } },
  },
  {
    when: 'a call fails',
    drive: (cache) => settled(bad(cache), bad(cache)),
    counts: { cache: { failure: 2, coalesced: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'a stale answer is given, and a new one is fetched behind it',
    of: revalidating,
    drive: async (cache, { clock }) => {
      await good(cache);
      await clock.advance(1_500);
      await good(cache);
    },
    counts: { cache: { success: 2, cache_stale: 1 } },
  },
  {
    when: 'a new one cannot be fetched behind it',
    of: revalidating,
    drive: async (cache, { clock }) => {
      await good(cache);
      await clock.advance(1_500);
      await bad(cache);
    },
    counts: { cache: { success: 2, cache_stale: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'a stale answer stands in for an error',
    of: (agent) => agent.cache('users', { ttlMs: 1_000, staleIfErrorMs: 10_000 }),
    drive: async (cache, { clock }) => {
      await good(cache);
      await clock.advance(1_500);
      await bad(cache);
    },
    counts: { cache: { success: 2, cache_stale: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'the last caller gives up, and the answer comes all the same',
    drive: async (cache, { clock }) => {
      const controller = new AbortController();
      const slow = (): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, 100));
      const call = settled(cache.execute(slow, { key, signal: controller.signal }));
      controller.abort();
      await clock.advance(100);
      return call;
    },
    counts: { cache: { cancelled: 1, class_cancelled: 1, late: 1 } },
  },
  {
    when: 'the last caller gives up, and the function heeds its signal',
    drive: (cache) => {
      const controller = new AbortController();
      const call = settled(cache.execute(hanging, { key, signal: controller.signal }));
      controller.abort();
      return call;
    },
    counts: { cache: { cancelled: 1, class_cancelled: 1 } },
  },
]);

function good(cache: Cache): Promise<unknown> {
  return cache.execute(() => 'ok', { key });
}

function bad(cache: Cache): Promise<unknown> {
  return cache.execute(() => throwing(status(503)), { key });
}

function revalidating(agent: Agent): Cache {
  return agent.cache('users', { ttlMs: 1_000, staleWhileRevalidateMs: 10_000 });
}
