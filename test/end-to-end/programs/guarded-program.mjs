// A program that guards some calls for a while and then ends by itself: it never closes its agent.
// Usage: node guarded-program.mjs COLLECTOR_URL WORK_MS. Says `working`, and `done` when nothing is left.
import { createAgent } from '@holdfast/agent';

const [, , collector, workMs] = process.argv;
process.on('unhandledRejection', (error) => {
  console.error('unhandled', error);
  process.exit(3);
});
const agent = createAgent({ service: 'guarded', instance: 'guarded-1', collector });
agent.flags.define('extras', { defaultValue: true, degradedValue: false, bindings: [{ breaker: 'work' }] });
const pipeline = agent.pipeline('work', { circuitBreaker: { minimumCalls: 10 }, fallback: () => 'fallback' });
console.log('working');
const until = performance.now() + Number(workMs);
let calls = 0;
do {
  await pipeline.execute(async () => {
    if (calls % 3 > 0) throw new Error('the dependency is down');
  });
  calls += 1;
  if (calls % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
} while (performance.now() < until);
console.log(`done ${JSON.stringify({ calls, ...agent.status })}`);
