// A script that has nothing to do but to wait: for a retry, its turn, a place, the end of its time.
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

const hang = () => new Promise(() => {});
const codeOf = (call) => call.catch(({ code }) => code);
console.log(await codeOf(agent.timeout('hanging', { timeoutMs: 50 }).execute(hang)));
console.log(await codeOf(agent.pipeline('hanging', { totalTimeoutMs: 50 }).execute(hang)));
const replica = ({ attempt }) => (attempt === 1 ? hang() : `attempt ${attempt}`);
console.log(await agent.hedge('slow', { delayMs: 50 }).execute(replica));
const bulkhead = agent.bulkhead('full', { maxConcurrentCalls: 1, maxQueueLength: 1, maxQueueWaitMs: 50 });
void bulkhead.execute(hang);
console.log(await codeOf(bulkhead.execute(hang)));
const queue = agent.queue('full', { capacity: 1, maxWaitMs: 50 });
await queue.put('first');
console.log(await codeOf(queue.put('second')));
agent.healthCheck('hanging', hang, { timeoutMs: 60_000 });
console.log((await agent.health({ timeoutMs: 50 })).status);
