import type { Welcome } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { liveState } from '../../../agent/src/stream/session-state.ts';

const link = { bufferedBytes: 0, send: () => {}, close: () => {}, keepAlive: () => {} };

function welcome(parts: Partial<Welcome>): Welcome {
  const limits = { batchBytes: 262_144, windowBatches: 8 };
  return { type: 'welcome', stored: 0, dictionarySize: 0, limits, heartbeatMs: 15_000, now: 0, ...parts };
}

test.each([
  [1_024, 32_768],
  [100_000, 100_000],
  [1_000_000_000, 262_144],
])('a collector that asks for batches of %i bytes gets %i', (asked, given) => {
  const { limits } = liveState(link, welcome({ limits: { batchBytes: asked, windowBatches: 8 } }));
  expect(limits.batchBytes).toBe(given);
});

test.each([
  [100, 1],
  [15_000, 15],
])('a heartbeat of %i ms is one of %i ticks', (heartbeatMs, ticks) => {
  expect(liveState(link, welcome({ heartbeatMs })).heartbeatTicks).toBe(ticks);
});
