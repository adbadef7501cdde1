// What guarding a call costs, beside a bare await and the libraries that people would use instead. Needs the
// build.
import { createAgent } from '@holdfast/agent';
import * as cockatiel from 'cockatiel';
import CircuitBreaker from 'opossum';
import { measure, printTimes } from './measure.mjs';

const agent = createAgent({ service: 'bench', collector: false });
const answer = { ok: true };
const work = async () => answer;
const failure = new Error('down');
const fail = async () => {
  throw failure;
};

const sampling = () => new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 5 });
const cockatielBreaker = cockatiel.circuitBreaker(cockatiel.handleAll, {
  halfOpenAfter: 10_000,
  breaker: sampling(),
});
const cockatielPipeline = cockatiel.wrap(
  cockatiel.fallback(cockatiel.handleAll, () => answer),
  cockatiel.bulkhead(100),
  cockatiel.retry(cockatiel.handleAll, { maxAttempts: 2 }),
  cockatiel.circuitBreaker(cockatiel.handleAll, { halfOpenAfter: 10_000, breaker: sampling() }),
  cockatiel.timeout(1_000, cockatiel.TimeoutStrategy.Cooperative),
);
const opossumBreaker = new CircuitBreaker(work, { timeout: false });
const opossumPipeline = new CircuitBreaker(work, { timeout: 1_000, capacity: 100 });
opossumPipeline.fallback(() => answer);

const ours = agent.circuitBreaker('bench', { minimumCalls: 10 });
const ourPipeline = agent.pipeline('bench-pipeline', {
  bulkhead: { maxConcurrentCalls: 100, maxQueueLength: 10 },
  totalTimeoutMs: 2_000,
  retry: { maxRetries: 2 },
  circuitBreaker: {},
  timeoutMs: 1_000,
  fallback: () => answer,
});

printTimes(
  'A call that succeeds through a breaker',
  await measure([
    { name: 'bare await', call: work },
    { name: 'holdfast breaker, counted and timed', call: () => ours.execute(work) },
    { name: 'cockatiel SamplingBreaker', call: () => cockatielBreaker.execute(work) },
    { name: 'opossum', call: () => opossumBreaker.fire() },
  ]),
);

printTimes(
  'A call that succeeds through everything',
  await measure(
    [
      { name: 'bare await', call: work },
      { name: 'holdfast pipeline, counted and timed', call: () => ourPipeline.execute(work) },
      { name: 'cockatiel, wrap of five', call: () => cockatielPipeline.execute(work) },
      { name: 'opossum: timeout, capacity, fallback', call: () => opossumPipeline.fire() },
    ],
    { calls: 5_000, rounds: 11 },
  ),
);

const held = agent.circuitBreaker('held', {});
held.forceOpen('benchmark');
const openOpossum = new CircuitBreaker(work, {});
openOpossum.open();
const isolated = cockatiel.circuitBreaker(cockatiel.handleAll, {
  halfOpenAfter: 10_000,
  breaker: sampling(),
});
isolated.isolate();
const swallow = () => undefined;

printTimes(
  'A call that an open breaker rejects',
  await measure([
    { name: 'bare rejection', call: () => fail().catch(swallow) },
    { name: 'holdfast', call: () => held.execute(work).catch(swallow) },
    { name: 'cockatiel', call: () => isolated.execute(work).catch(swallow) },
    { name: 'opossum', call: () => openOpossum.fire().catch(swallow) },
  ]),
);

const answered = agent.pipeline('answered', { circuitBreaker: {}, retry: {}, fallback: () => answer });
answered.circuitBreaker?.forceOpen('benchmark');
const answeredOpossum = new CircuitBreaker(work, {});
answeredOpossum.fallback(() => answer);
answeredOpossum.open();

printTimes(
  'A call that a fallback answers for an open breaker',
  await measure([
    { name: 'bare await', call: work },
    { name: 'holdfast', call: () => answered.execute(work) },
    { name: 'opossum', call: () => answeredOpossum.fire() },
  ]),
);

for (const breaker of [answeredOpossum, opossumBreaker, opossumPipeline, openOpossum]) breaker.shutdown();
await agent.close();
