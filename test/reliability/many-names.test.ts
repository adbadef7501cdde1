import { MemoryCollector } from '@holdfast/agent/testing';
import { countIndex, wireLimits } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { createTestStream } from '../agent/support/stream.ts';
import { heapBytes } from '../support/heap.ts';

const names = 1_000_000;

test('a million names cost little memory and lose no count', { timeout: 60_000 }, async () => {
  const collector = new MemoryCollector();
  const { recorder, session, clock, faults } = createTestStream(collector);
  session.start();
  await clock.advance(1_000);
  const before = heapBytes();
  for (let name = 0; name < names; name++) {
    recorder.meter({ kind: 'bulkhead', name: `user-${name}` }).count(countIndex.success);
    if (name % 100_000 === 0) await clock.advance(1_000);
  }
  const grownBytes = heapBytes() - before;
  await clock.advance(5_000);
  const calls = [...collector.resources].map(({ kind, name }) => collector.totals(kind, name).success ?? 0);
  expect(calls.reduce((sum, count) => sum + count, 0)).toBe(names);
  expect(calls.length).toBeLessThanOrEqual(wireLimits.resourcesPerAgent);
  expect(grownBytes).toBeLessThan(50 * 1_024 * 1_024);
  expect({ faults, problems: collector.problems }).toEqual({ faults: [], problems: [] });
});
