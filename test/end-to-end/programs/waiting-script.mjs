// A script that has nothing to do but to wait: for a retry, and for its turn at a rate limiter.
import { createAgent, TransientError } from '@holdfast/agent';

const agent = createAgent({ service: 'script', collector: false });
const retry = agent.retry('fragile', { backoff: { kind: 'constant', baseMs: 50, jitter: 'none' } });
const limiter = agent.rateLimiter('slow', { limit: 1, perMs: 50, maxWaitMs: 1_000 });

const answer = await retry.execute(({ attempt }) => {
  if (attempt === 1) throw new TransientError('not yet');
  return `attempt ${attempt}`;
});
await limiter.execute(() => 'first');
console.log(answer, await limiter.execute(() => 'second'));
