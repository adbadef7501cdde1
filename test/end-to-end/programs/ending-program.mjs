// A program that ends in one of several ways right after its last guarded call.
// Usage: node ending-program.mjs COLLECTOR_URL itself|exit|fail|throw|close
import { createAgent } from '@holdfast/agent';

const [, , collector, how] = process.argv;
const agent = createAgent({ service: 'ending', instance: 'ending-1', collector });
const breaker = agent.circuitBreaker('work');
while (!agent.status.connected) await new Promise((resolve) => setTimeout(resolve, 5));
for (let i = 0; i < 10; i++) await breaker.execute(() => 'fine');
if (how === 'exit') process.exit(0);
if (how === 'fail') process.exit(1);
if (how === 'throw') setImmediate(() => JSON.parse('{'));
if (how === 'close') await agent.close();
