// A service that goes on counting until SIGTERM, and may be frozen meanwhile. Prints how many calls it made.
// Usage: node frozen-program.mjs COLLECTOR_URL connection|request
import { createAgent } from '@holdfast/agent';

const [, , collector, mode] = process.argv;
const agent = createAgent({ service: 'frozen', instance: 'frozen-1', collector, mode });
const breaker = agent.circuitBreaker('work');
let isRunning = true;
process.on('SIGTERM', () => (isRunning = false));
let calls = 0;
for (; isRunning; calls++) {
  await breaker.execute(() => 'fine');
  if (mode === 'request' && calls % 10 === 0) await agent.flush();
  if (calls === 20) console.log('working');
  await new Promise((resolve) => setTimeout(resolve, 5));
}
await agent.close({ timeoutMs: 20_000 });
console.log(`calls ${calls}`);
