// What the agent takes when little happens: memory, the event loop, the start of a process. Needs the build.
// Each figure is measured in a process of its own.
import { execFile } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './measure.mjs';

const run = promisify(execFile);

/**
 * @typedef {{ title: string, unit: string, limit: string, flags?: string[], rounds?: number }} Figure
 * @type {Record<string, Figure>}
 */
const figures = {
  breaker: { title: 'memory of a breaker, made', unit: 'B', limit: 'at most 2 KB' },
  used: { title: 'memory of a breaker, with its histogram after ten calls', unit: 'B', limit: 'beside it' },
  cockatiel: { title: 'memory of a cockatiel SamplingBreaker, made', unit: 'B', limit: 'beside it' },
  allocated: {
    title: 'allocated by a call through the whole pipeline',
    unit: 'B',
    limit: 'at most 900 B',
    flags: ['--min-semi-space-size=128', '--max-semi-space-size=128'],
  },
  idle: { title: '10 000 idle breakers', unit: '% of a core', limit: 'at most 0.1 %', rounds: 3 },
  stall: { title: 'longest stall at 20 000 calls a second', unit: 'ms', limit: 'at most 5 ms', rounds: 3 },
  bare: { title: 'the same without a breaker', unit: 'ms', limit: 'beside it', rounds: 3 },
  import: { title: 'import beside that of ws', unit: 'ms', limit: 'at most 30 ms' },
};

const wanted = process.argv[2];
if (wanted === undefined) await all();
else console.log(await of(wanted));

async function all() {
  console.log('\nThe footprint of the agent');
  for (const [name, { title, unit, limit, flags = [], rounds = 5 }] of Object.entries(figures)) {
    const values = [];
    for (let round = 0; round < rounds; round += 1) {
      const { stdout } = await run(process.execPath, [
        '--expose-gc',
        ...flags,
        fileURLToPath(import.meta.url),
        name,
      ]);
      values.push(Number(stdout));
    }
    const value = median(values);
    console.log(`  ${title.padEnd(58)} ${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit} (${limit})`);
  }
}

/** @param {string} name */
async function of(name) {
  if (name === 'import') return importTime();
  if (name === 'cockatiel') return memoryOf(await cockatielBreakers(), () => undefined);
  const { createAgent } = await import('@holdfast/agent');
  const agent = createAgent({ service: 'bench', collector: false });
  /** @param {number} index */
  const make = (index) => agent.circuitBreaker(`breaker ${index}`);
  if (name === 'breaker') return memoryOf(make, () => undefined);
  if (name === 'used') return memoryOf(make, useTenTimes);
  if (name === 'idle') return idleShare(make);
  const busy = agent.circuitBreaker('busy');
  if (name === 'stall') return longestStall(() => busy.execute(work));
  if (name === 'bare') return longestStall(work);
  const pipeline = agent.pipeline('pipeline', {
    bulkhead: { maxConcurrentCalls: 100, maxQueueLength: 10 },
    totalTimeoutMs: 2_000,
    retry: {},
    circuitBreaker: {},
    timeoutMs: 1_000,
    fallback: () => undefined,
  });
  const own = await allocatedBy(() => pipeline.execute(work));
  return own - (await allocatedBy(work));
}

async function work() {
  return 42;
}

async function cockatielBreakers() {
  const { circuitBreaker, handleAll, SamplingBreaker } = await import('cockatiel');
  return () =>
    circuitBreaker(handleAll, {
      halfOpenAfter: 10_000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
    });
}

/** @param {import('@holdfast/agent').CircuitBreaker} breaker */
async function useTenTimes(breaker) {
  for (let call = 0; call < 10; call += 1) await breaker.execute(work);
}

/**
 * @template T
 * @param {(index: number) => T} make
 * @param {(made: T) => unknown} use
 */
async function memoryOf(make, use) {
  const count = 1_500;
  for (let index = -100; index < 0; index += 1) await use(make(index));
  const before = heldBytes();
  const kept = Array.from({ length: count }, (_, index) => make(index));
  for (const one of kept) await use(one);
  const bytes = (heldBytes() - before) / kept.length;
  kept.length = 0;
  return bytes;
}

function heldBytes() {
  for (let time = 0; time < 4; time += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** @param {() => Promise<unknown>} call */
async function allocatedBy(call) {
  const calls = 20_000;
  for (let done = 0; done < 3 * calls; done += 1) await call();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let done = 0; done < calls; done += 1) await call();
  return (process.memoryUsage().heapUsed - before) / calls;
}

/** @param {(index: number) => unknown} make */
async function idleShare(make) {
  const kept = Array.from({ length: 10_000 }, (_, index) => make(index));
  await pause(500);
  const before = process.cpuUsage();
  await pause(4_000);
  const { user, system } = process.cpuUsage(before);
  return kept.length === 0 ? 0 : (user + system) / 4_000 / 10;
}

/** @param {() => Promise<unknown>} call */
async function longestStall(call) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const startedAt = performance.now();
  let done = 0;
  for (let passed = 0; passed < 5_000; passed = performance.now() - startedAt) {
    if (passed > 1_000) delay.enable();
    const due = Math.floor((passed / 1_000) * 20_000);
    const calls = [];
    for (; done < due; done += 1) calls.push(call());
    await Promise.all(calls);
    await pause(2);
  }
  delay.disable();
  return delay.max / 1e6;
}

async function importTime() {
  await import('ws');
  const startedAt = performance.now();
  await import('@holdfast/agent');
  return performance.now() - startedAt;
}

/** @param {number} delayMs */
function pause(delayMs) {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
