// A service that counts for itself what it does, so that a test can hold the collector to it.
// Usage: node counting-service.mjs COLLECTOR_URL INSTANCE. It runs until a line arrives on its IPC channel
// or SIGTERM, then closes its agent and prints its counts as one line of JSON.
import { createAgent } from '@holdfast/agent';

const [, , collector, instance] = process.argv;
const agent = createAgent({ service: 'counting', instance, collector });
const window = { kind: 'count', size: 20 };
const pipeline = agent.pipeline('work', {
  circuitBreaker: { window, minimumCalls: 20, openDurationMs: 200, halfOpenCalls: 5 },
  timeoutMs: 60,
  fallback: () => 'fallback',
});
const counts = { calls: 0, succeeded: 0, failed: 0 };
let isRunning = true;
/** Calls that ended while no collector was there. */
let alone = 0;

async function call(turn) {
  counts.calls += 1;
  const answer = await pipeline.execute(async () => {
    if (turn % 300 > 250) {
      counts.failed += 1;
      throw new Error('the dependency is down');
    }
    counts.succeeded += 1;
    return 'fine';
  });
  if (!agent.status.connected) alone += 1;
  if (answer !== 'fine' && answer !== 'fallback') throw new Error(`unexpected answer ${answer}`);
}

process.on('SIGTERM', () => (isRunning = false));
process.on('unhandledRejection', (error) => {
  console.error('unhandled', error);
  process.exit(3);
});
console.log('running');
for (let turn = 0; isRunning; turn++) {
  await Promise.all([call(turn), call(turn)]);
  await new Promise((resolve) => setTimeout(resolve, 2));
}
await agent.close({ timeoutMs: 20_000 });
console.log(JSON.stringify({ ...counts, alone }));
