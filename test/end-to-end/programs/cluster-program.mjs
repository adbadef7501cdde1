// A program whose workers each have an agent of the same service.
// Usage: node cluster-program.mjs COLLECTOR_URL cluster|threads. Two workers make ten calls each and close.
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import { createAgent } from '@holdfast/agent';

const workerCount = 2;
const [, , collector, how] = process.argv;

async function work() {
  const agent = createAgent({ service: 'crowd', collector });
  const breaker = agent.circuitBreaker('work');
  for (let i = 0; i < 10; i++) await breaker.execute(() => 'fine');
  while (!agent.status.connected) await new Promise((resolve) => setTimeout(resolve, 5));
  await agent.close();
}

if (how === 'cluster' && cluster.isPrimary) {
  for (let i = 0; i < workerCount; i++) cluster.fork();
} else {
  if (how === 'threads' && isMainThread)
    for (let i = 0; i < workerCount; i++) {
      const worker = new Worker(fileURLToPath(import.meta.url), { argv: [collector, how] });
      worker.on('error', (error) => {
        throw error;
      });
    }
  await work();
  if (cluster.isWorker) cluster.worker.disconnect();
}
