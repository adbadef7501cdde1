// What a spool costs: processor time for each batch, stalls of the event loop, and until a change is on disk.
// With and without one in turn, each in a process of its own. Needs the build.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './measure.mjs';

const run = promisify(execFile);
const batches = 300;
const rounds = 5;

if (process.argv[2] === undefined) await all();
else console.log(JSON.stringify(await measured(process.argv[3])));

async function all() {
  /** @type {{ name: string, found: Awaited<ReturnType<typeof measured>>[] }[]} */
  const kinds = ['without a spool', 'with a spool'].map((name) => ({ name, found: [] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, found } of kinds) {
      const folder = name === 'with a spool' ? await mkdtemp(path.join(tmpdir(), 'holdfast-bench-')) : '';
      const { stdout } = await run(process.execPath, [fileURLToPath(import.meta.url), 'measure', folder]);
      found.push(JSON.parse(stdout));
      if (folder !== '') await rm(folder, { recursive: true });
    }
  }
  console.log(
    `\nA spool: ${batches} batches with a change of state and 50 counted resources each, processor time`,
  );
  for (const { name, found } of kinds) {
    const of = (/** @type {'cpuMicros' | 'stallMs' | 'waitMs'} */ key) =>
      median(found.map((one) => one[key]));
    const disk = name === 'with a spool' ? `, on disk after ${of('waitMs').toFixed(1)} ms` : '';
    const stall = `stalls of ${of('stallMs').toFixed(1)} ms (p99)`;
    console.log(`  ${name.padEnd(16)} ${of('cpuMicros').toFixed(0).padStart(6)} µs a batch, ${stall}${disk}`);
  }
}

/** @param {string | undefined} spoolDir */
async function measured(spoolDir) {
  const { createAgent } = await import('@holdfast/agent');
  const { MemoryCollector } = await import('@holdfast/agent/testing');
  const collector = new MemoryCollector();
  const agent = createAgent({ service: 'bench', collector, ...(spoolDir ? { spoolDir } : {}) });
  const breakers = Array.from({ length: 50 }, (_, index) => agent.circuitBreaker(`breaker ${index}`));
  while (!agent.status.connected) await pause(1);
  const work = async () => {
    for (const breaker of breakers) await breaker.execute(async () => 'fine');
    breakers[0]?.reset();
  };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = process.cpuUsage();
  delay.enable();
  for (let batch = 0; batch < batches; batch += 1) {
    await work();
    await pause(25); // longer than what is urgent waits
  }
  const { user, system } = process.cpuUsage(before);
  const stallMs = delay.percentile(99) / 1e6;
  const waits = [];
  for (let change = 0; change < (spoolDir ? 50 : 0); change += 1) {
    await work();
    const startedAt = performance.now();
    while (agent.status.spool?.unwrittenCount !== 0) await pause(1);
    waits.push(performance.now() - startedAt);
  }
  await agent.close();
  return { cpuMicros: (user + system) / batches, stallMs, waitMs: spoolDir ? median(waits) : 0 };
}

/** @param {number} delayMs */
function pause(delayMs) {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
