// A thousand callers at once, and a hundred thousand time-outs at once. Needs the build.
import { getActiveResourcesInfo } from 'node:process';
import { createAgent } from '@holdfast/agent';
import * as cockatiel from 'cockatiel';
import CircuitBreaker from 'opossum';
import { measure, median, printTimes } from './measure.mjs';

const callers = 1_000;
const agent = createAgent({ service: 'bench', collector: false });

/** @type {(() => void)[]} */
let waiting = [];

/** Ends with all others that wait, as answers of a network come in together. */
function io() {
  return new Promise((resolve) => {
    if (waiting.push(() => resolve(undefined)) === 1) setImmediate(flush);
  });
}

function flush() {
  const due = waiting;
  waiting = [];
  for (const resolve of due) resolve();
}

/** A call a caller, all at once. @param {() => Promise<unknown>} call */
const crowd = (call) => async () => Promise.all(Array.from({ length: callers }, call));

const breaker = agent.circuitBreaker('crowd');
const pipeline = agent.pipeline('crowd-pipeline', {
  bulkhead: { maxConcurrentCalls: 2_000, maxQueueLength: 10 },
  totalTimeoutMs: 2_000,
  retry: {},
  circuitBreaker: {},
  timeoutMs: 1_000,
  fallback: () => undefined,
});
const sampling = () =>
  cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 10_000,
    breaker: new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
  });
const cockatielBreaker = sampling();
const cockatielPipeline = cockatiel.wrap(
  cockatiel.fallback(cockatiel.handleAll, () => undefined),
  cockatiel.bulkhead(2_000, 10),
  cockatiel.retry(cockatiel.handleAll, { maxAttempts: 2 }),
  sampling(),
  cockatiel.timeout(1_000, cockatiel.TimeoutStrategy.Aggressive),
);
const opossum = new CircuitBreaker(io, { timeout: false });
const opossumPipeline = new CircuitBreaker(io, { timeout: 1_000, capacity: 2_000 });
opossumPipeline.fallback(() => undefined);

const crowds = await measure(
  [
    { name: 'bare', call: crowd(io) },
    { name: 'holdfast breaker, counted and timed', call: crowd(() => breaker.execute(io)) },
    { name: 'holdfast pipeline, counted and timed', call: crowd(() => pipeline.execute(io)) },
    { name: 'cockatiel SamplingBreaker', call: crowd(() => cockatielBreaker.execute(io)) },
    { name: 'cockatiel, wrap of five', call: crowd(() => cockatielPipeline.execute(io)) },
    { name: 'opossum', call: crowd(() => opossum.fire()) },
    { name: 'opossum: timeout, capacity, fallback', call: crowd(() => opossumPipeline.fire()) },
  ],
  { calls: 10, rounds: 9 },
);
printTimes(
  `One of ${callers} calls that are under way at once`,
  new Map([...crowds].map(([name, time]) => [name, time / callers])),
);

const count = 100_000;
const timeout = agent.timeout('many', { timeoutMs: 50 });
const started = [];
const ended = [];
for (let round = 0; round < 5; round += 1) {
  const before = timerCount();
  const startedAt = performance.now();
  const calls = Array.from({ length: count }, () => timeout.execute(() => new Promise(() => undefined)));
  const begunAt = performance.now();
  const timers = timerCount() - before;
  const answers = await settledWhileAlive(calls);
  const timedOut = answers.filter(({ status }) => status === 'rejected').length;
  started.push(((begunAt - startedAt) * 1e6) / count);
  ended.push(performance.now() - begunAt);
  if (timedOut !== count || timers > 0)
    throw new Error(`${timedOut} of ${count} timed out, with ${timers} timers that keep the process alive`);
}
console.log(`\n${count} calls that time out at once after 50 ms`);
console.log(
  `  ${median(started).toFixed(0)} ns to begin one, all ended after ${median(ended).toFixed(0)} ms`,
);

for (const one of [opossum, opossumPipeline]) one.shutdown();
await agent.close();

/** The timers of the agent keep no process alive: here somebody has to. @param {Promise<unknown>[]} calls */
async function settledWhileAlive(calls) {
  const alive = setInterval(() => undefined, 1_000);
  const answers = await Promise.allSettled(calls);
  clearInterval(alive);
  return answers;
}

function timerCount() {
  return getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}
