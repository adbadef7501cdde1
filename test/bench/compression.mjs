// What `compress: true` saves on the wire, and what it takes: batches of an agent, deflated. Needs the build.
import { deflateRawSync } from 'node:zlib';
import { createAgent } from '@holdfast/agent';
import { median } from './measure.mjs';

const rounds = 50;

for (const breakerCount of [10, 100, 1_000]) {
  const frames = await framesOf(breakerCount);
  const bytes = total(frames);
  const took = [];
  let deflated = 0;
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    deflated = total(frames.map((frame) => deflateRawSync(frame, { level: 1 })));
    took.push((performance.now() - began) / frames.length);
  }
  const ratio = (bytes / deflated).toFixed(1);
  const micros = (median(took) * 1_000).toFixed(0);
  const size = `${breakerCount} breakers, ${Math.round(bytes / frames.length)} B a batch`;
  console.log(`  ${size}: ${ratio} times smaller, in ${micros} µs`);
}

/**
 * The batches of two seconds in which every breaker is called.
 * @param {number} breakerCount
 */
async function framesOf(breakerCount) {
  /** @type {Uint8Array[]} */
  const frames = [];
  const agent = createAgent({ service: 'bench', collector: recorder(frames) });
  for (let second = 0; second < 2; second += 1) {
    for (let i = 0; i < breakerCount * 10; i += 1) {
      const breaker = agent.circuitBreaker(`dependency ${i % breakerCount}`);
      await breaker.execute(() => (i % 7 === 0 ? Promise.reject(new Error('no')) : 1)).catch(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, 1_100));
  }
  await agent.close();
  return frames.filter((frame) => frame.length > 1_024);
}

/**
 * A transport that keeps the batches and acknowledges them.
 * @param {Uint8Array[]} frames
 * @returns {import('@holdfast/agent').AgentOptions['collector']}
 */
function recorder(frames) {
  return {
    connect: (listener) => {
      /** @param {object} message */
      const answer = (message) => setImmediate(() => listener.frame(JSON.stringify(message)));
      setImmediate(() => listener.opened());
      return {
        bufferedBytes: 0,
        close: () => {},
        keepAlive: () => {},
        send: (frame) => {
          const { type, seq } = JSON.parse(Buffer.from(frame).toString('utf8'));
          const limits = { batchBytes: 262_144, windowBatches: 8 };
          const welcome = { type: 'welcome', stored: 0, dictionarySize: 0, limits, heartbeatMs: 15_000 };
          if (type === 'hello') answer({ ...welcome, now: Date.now() });
          if (type !== 'batch') return;
          frames.push(frame);
          answer({ type: 'ack', stored: seq });
        },
      };
    },
  };
}

/** @param {readonly Uint8Array[]} frames */
function total(frames) {
  return frames.reduce((sum, frame) => sum + frame.length, 0);
}
