// A day without a collector, on a clock turned by hand: 50 breakers under load. Prints a line of JSON:
// how many bytes it took from the first hour on, and what the collector counted when it was back.
// Usage: node --expose-gc offline-day.mjs
import { createAgent } from '@holdfast/agent';
import { FakeClock, MemoryCollector, SeededRandom } from '@holdfast/agent/testing';

const clock = new FakeClock(1_700_000_000_000);
const random = new SeededRandom(5).next;
const collector = new MemoryCollector({ clock });
collector.refuse();
const agent = createAgent({ service: 'offline', instance: 'offline-1', collector, clock, random });
const breakers = Array.from({ length: 50 }, (_, i) => agent.circuitBreaker(`breaker ${i}`));
let called = 0;

async function hour() {
  for (let second = 0; second < 3_600; second += 10) {
    for (const breaker of breakers) {
      const permit = breaker.tryAcquire();
      called += 1;
      if (permit === undefined) continue;
      if (random() < 0.6) permit.succeed();
      else permit.fail(new Error(`failure ${Math.floor(random() * 1e6)} of ${breaker.name}`));
    }
    await clock.advance(10_000);
  }
}

await hour();
const early = usedBytes();
for (let i = 1; i < 24; i++) await hour();
const grownBytes = usedBytes() - early;
collector.accept();
await clock.advance(60_000);
let counted = 0;
for (const breaker of breakers) {
  const { success = 0, failure = 0, rejected = 0 } = collector.totals('circuit_breaker', breaker.name);
  counted += success + failure + rejected;
}
console.log(
  JSON.stringify({ called, counted, grownBytes, problems: collector.problems, status: agent.status }),
);

function usedBytes() {
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
