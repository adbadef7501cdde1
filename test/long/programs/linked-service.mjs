// A service that works on each SIGUSR2 and is quiet otherwise. It says whenever the state of its connection
// is another one, what it has done so far, and on SIGTERM how its agent ended.
// Usage: node linked-service.mjs COLLECTOR_URL INSTANCE [CA_FILE]
import { readFileSync } from 'node:fs';
import { createAgent } from '@holdfast/agent';

const [, , collector, instance, caFile] = process.argv;
const ca = caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') };
const agent = createAgent({ service: 'linked', instance, collector, ...ca });
const done = { calls: 0, failures: 0, transitions: 0 };
let said = '';

async function work() {
  for (let call = 0; call < 20; call += 1) {
    done.calls += 1;
    const fails = call % 10 === 9;
    if (fails) done.failures += 1;
    const answer = () => (fails ? Promise.reject(new Error('no answer')) : Promise.resolve('fine'));
    await agent
      .circuitBreaker('work')
      .execute(answer)
      .catch(() => {});
  }
  agent.circuitBreaker('flipped').reset();
  done.transitions += 1;
  console.log(JSON.stringify({ done }));
}

const watching = setInterval(() => {
  const { connection } = agent.status;
  if (connection === said) return;
  said = connection;
  console.log(JSON.stringify({ connection }));
}, 20);
process.on('SIGUSR2', () => void work());
process.on('SIGTERM', () => void stop());
console.log('running');

async function stop() {
  await agent.close({ timeoutMs: 90_000 });
  clearInterval(watching);
  console.log(JSON.stringify({ pending: agent.status.pendingCount }));
}
