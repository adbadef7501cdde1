import type { Agent, RateLimiter } from '@holdfast/agent';
import { chapter, settled, status, throwing } from '../path.ts';
import { occupy } from './bulkhead.ts';

export const rateLimiterPaths = chapter('Rate limiter', limiterOf, [
  {
    when: 'a call comes in time',
    drive: (limiter) => limiter.execute(() => 'ok'),
    counts: { rate_limiter: { success: 1 } },
  },
  {
    when: 'a call waits for its turn',
    drive: async (limiter, { clock }) => {
      const calls = settled(
        limiter.execute(() => 'ok'),
        limiter.execute(() => 'ok'),
      );
      await clock.advance(1_000);
      await calls;
    },
    counts: { rate_limiter: { success: 2 } },
  },
  {
    when: 'a call fails',
    drive: (limiter) => settled(limiter.execute(() => throwing(status(500)))),
    counts: { rate_limiter: { failure: 1, class_partial_outage: 1 } },
    events: ['error.sampled'],
  },
  {
    when: 'a call would have to wait for too long',
    of: (agent) => agent.rateLimiter('search', { limit: 1 }),
    drive: (limiter) =>
      settled(
        limiter.execute(() => 'ok'),
        limiter.execute(() => 'ok'),
      ),
    counts: { rate_limiter: { success: 1, rejected: 1, class_rejected: 1 } },
    events: ['rate_limiter.saturated'],
  },
  {
    when: 'the caller gives up while the call waits',
    drive: async (limiter) => {
      await limiter.execute(() => 'ok');
      await occupy(limiter).end();
    },
    counts: { rate_limiter: { success: 1, cancelled: 1, class_cancelled: 1 } },
  },
  {
    when: '`tryAcquire` is granted, then refused',
    drive: (limiter) => [limiter.tryAcquire(), limiter.tryAcquire()],
    counts: { rate_limiter: { success: 1, rejected: 1, class_rejected: 1 } },
    events: ['rate_limiter.saturated'],
  },
  {
    when: 'it turned nothing away for 10 s',
    drive: async (limiter, { clock }) => {
      limiter.drain();
      limiter.tryAcquire();
      await clock.advance(20_000);
    },
    counts: { rate_limiter: { rejected: 1, class_rejected: 1 } },
    events: ['rate_limiter.saturated', 'rate_limiter.recovered'],
  },
  {
    when: 'as a layer of a pipeline it lets one in and turns one away',
    drive: (_, { agent }) => {
      const pipeline = agent.pipeline('orders', { rateLimiter: { limit: 1 } });
      return settled(
        pipeline.execute(() => 'ok'),
        pipeline.execute(() => 'ok'),
      );
    },
    counts: {
      rate_limiter: { success: 1, rejected: 1, class_rejected: 1 },
      pipeline: { success: 1, rejected: 1 },
    },
    events: ['rate_limiter.saturated'],
  },
  {
    when: 'as a layer of a pipeline it sees a waiting caller give up',
    drive: async (_, { agent }) => {
      const pipeline = agent.pipeline('orders', { rateLimiter: { limit: 1, maxWaitMs: 1_000 } });
      await pipeline.execute(() => 'ok');
      await occupy(pipeline).end();
    },
    counts: {
      rate_limiter: { success: 1, cancelled: 1 },
      pipeline: { success: 1, cancelled: 1, class_cancelled: 1 },
    },
  },
]);

/** One call a second; another may wait for it. */
function limiterOf(agent: Agent): RateLimiter {
  return agent.rateLimiter('search', { limit: 1, perMs: 1_000, maxWaitMs: 1_000 });
}
