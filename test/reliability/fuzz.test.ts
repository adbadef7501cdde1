import { SeededRandom } from '@holdfast/agent/testing';
import { readAgentMessage } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { startTestCollector } from '../collector/support/start-collector.ts';
import { batchWith, helloWith, openedEvent, WireAgent } from '../collector/support/wire-agent.ts';
import { heapBytes } from '../support/heap.ts';
import { scopeOfTest } from '../support/scope.ts';
import { setting } from '../support/setting.ts';
import { realTime } from '../support/time.ts';
import { waitFor } from '../support/wait-for.ts';
import { mutantFrame } from './support/frame-mutator.ts';
import { speakRawly } from './support/raw-frames.ts';

const frames = setting('FUZZ_FRAMES', 10_000);
const seed = setting('SEED', Math.floor(realTime.monotonic() * 1_000) % 1_000_000);
const burst = 50;
const rawAtOnce = 20;
/** Of the collector's clock, between bursts: it lets in only so many connections a second. */
const pauseMs = 100;

test(
  'frames of any shape neither break the collector nor fill it',
  async () => {
    const scope = scopeOfTest();
    const { next: random } = new SeededRandom(seed);
    const collector = await startTestCollector(scope);
    const good = await WireAgent.introduce(scope, collector.url, { instance: 'good', epoch: 'good' });
    let served = 0;
    let closed = 0;
    let warmBytes = 0;
    for (let sent = 0; sent < frames; sent += burst) {
      const bad = await WireAgent.connect(scope, collector.url);
      if (random() < 0.9) bad.send(helloWith({ instance: `bad-${sent % 1_000}`, epoch: `bad-${sent}` }));
      for (let count = 0; count < burst; count++) bad.sendText(mutantFrame(random));
      bad.close();
      if ((await waitFor(() => bad.closed, { what: 'the end', withinMs: 30_000, everyMs: 2 })).code >= 4_000)
        closed += 1;
      good.send(batchWith(++served, { events: [openedEvent()] }));
      await good.acknowledged(served);
      await collector.clock.advance(pauseMs);
      if (warmBytes === 0 && sent >= frames / 4) warmBytes = heapBytes();
    }
    const grownBytes = heapBytes() - warmBytes;
    process.stderr.write(`fuzz: ${JSON.stringify({ seed, frames, closed, grownBytes })}\n`);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(good.closed).toBeUndefined();
    expect(grownBytes).toBeLessThan(48 * 1_024 * 1_024);
  },
  60_000 + frames * 10,
);

test(
  'bytes of any kind leave others served',
  async () => {
    const scope = scopeOfTest();
    const { next: random } = new SeededRandom(seed);
    const collector = await startTestCollector(scope);
    const good = await WireAgent.introduce(scope, collector.url);
    let served = 0;
    for (let spoken = 0; spoken < frames / 40; spoken += rawAtOnce) {
      await Promise.all(Array.from({ length: rawAtOnce }, () => speakRawly(collector.port, random, 50)));
      good.send(batchWith(++served, { events: [openedEvent()] }));
      await good.acknowledged(served);
      await collector.clock.advance(pauseMs);
    }
    expect((await fetch(`${collector.url}/readyz`)).status).toBe(200);
  },
  60_000 + frames * 10,
);

test('the parser answers whatever it is given, and touches no prototype', () => {
  const { next: random } = new SeededRandom(seed);
  for (let count = 0; count < frames; count++) {
    const message = readAgentMessage(mutantFrame(random));
    if (message.ok) expect(Object.getPrototypeOf(message.value)).toBe(Object.prototype);
    else expect(message.problem.length).toBeLessThan(1_000);
  }
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
}, 120_000);
