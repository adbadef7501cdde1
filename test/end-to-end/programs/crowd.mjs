// Many services in one process, each with an agent of its own. Every 20 ms one of them works; on SIGUSR2, as
// its collector goes, each does. It says how many are connected, and how many of those that worked then have
// nothing left that is not stored. On SIGTERM it closes all of them and prints what each has counted.
// Usage: node crowd.mjs COLLECTOR_URL FIRST COUNT
import { createAgent } from '@holdfast/agent';

const [, , collector, first, count] = process.argv;
const startedAtOnce = 10;
const faults = [];
const crowd = [];
let waiting = [];
let said = '';
let isRunning = true;
const storedAt = { first: 0, last: 0 };

process.setMaxListeners(0); // each agent listens for the end of the process

function join() {
  const instance = `crowd-${Number(first) + crowd.length}`;
  const onInternalError = (error) => faults.push(`${instance}: ${error}`);
  const agent = createAgent({ service: 'counting', instance, collector, onInternalError });
  crowd.push({ agent, instance, calls: 0, failures: 0, transitions: 0 });
}

async function work(one) {
  for (let call = 0; call < 10; call += 1) {
    one.calls += 1;
    const fails = call === 9;
    if (fails) one.failures += 1;
    const answer = () => (fails ? Promise.reject(new Error('no answer')) : Promise.resolve('fine'));
    await one.agent
      .circuitBreaker('work')
      .execute(answer)
      .catch(() => {});
  }
  one.agent.circuitBreaker('flipped').reset();
  one.transitions += 1;
}

function tell() {
  const live = crowd.filter(({ agent }) => agent.status.connected);
  const stored = waiting.filter(({ agent }) => agent.status.connected && agent.status.pendingCount === 0);
  if (stored.length > 0) {
    waiting = waiting.filter((one) => !stored.includes(one));
    storedAt.last = Date.now();
    if (storedAt.first === 0) storedAt.first = storedAt.last;
  }
  const line = JSON.stringify({ live: live.length, waiting: waiting.length, ...storedAt });
  if (line !== said) console.log(line);
  said = line;
}

process.on('SIGUSR2', () => {
  waiting = [...crowd];
  storedAt.first = 0;
  for (const one of crowd) void work(one);
});
process.on('SIGTERM', () => (isRunning = false));
while (isRunning && crowd.length < Number(count)) {
  for (let one = 0; one < startedAtOnce && crowd.length < Number(count); one += 1) join();
  await new Promise((resolve) => setTimeout(resolve, 50));
}
const telling = setInterval(tell, 100);
while (isRunning) {
  await work(crowd[Math.floor(Math.random() * crowd.length)]);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
clearInterval(telling);
await Promise.all(crowd.map(({ agent }) => agent.close({ timeoutMs: 90_000 })));
const counted = crowd.map(({ instance, calls, failures, transitions }) => ({
  instance,
  calls,
  failures,
  transitions,
}));
console.log(JSON.stringify({ counted, faults: faults.slice(0, 10) }));
