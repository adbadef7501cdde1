// A program that looks at what its process was before it had an agent, and at what it is afterwards.
// Usage: node watchful-program.mjs COLLECTOR_URL. Prints what differs as a line of JSON, and ends.
import dns from 'node:dns';
import http from 'node:http';
import net from 'node:net';
import workers from 'node:worker_threads'; // it puts a function of its own in the place of `process.chdir`

/** Each with its properties: what is put in the place of one of them is seen. */
const plain = { globalThis, process, console, http, net, dns, workers, Promise };
const watched = { ...plain, 'Promise.prototype': Promise.prototype };

function look() {
  const seen = new Map();
  for (const [name, object] of Object.entries(watched)) {
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      // A getter may load what is behind it, so the getter itself is compared.
      seen.set(`${name}.${key}`, property.get ?? property.value);
    }
  }
  return seen;
}

function listenerCounts() {
  return new Map(process.eventNames().map((event) => [String(event), process.listenerCount(event)]));
}

const isCode = (value) => typeof value === 'function';
void globalThis.Blob; // made by Node when it is first asked for
const before = look();
const listenedBefore = listenerCounts();
const { createAgent } = await import('@holdfast/agent');
const agent = createAgent({ service: 'watchful', collector: process.argv[2] });
const breaker = agent.circuitBreaker('work');
for (let i = 0; i < 100; i++) await breaker.execute(() => 'fine');
await agent.flush();
const changed = [...look()].filter(([name, value]) => before.get(name) !== value && isCode(value));
const listened = [...listenerCounts()].filter(([event, count]) => listenedBefore.get(event) !== count);
const namesOf = (entries) => entries.map(([name]) => name);
console.log(JSON.stringify({ changed: namesOf(changed), listened: namesOf(listened) }));
