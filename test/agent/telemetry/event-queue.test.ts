import { expect, test } from 'vitest';
import { EventQueue } from '../../../agent/src/telemetry/event-queue.ts';

const unlimited = { bytes: 1_000_000, events: 1_000 };

function queueOf(limits: { maxBytes?: number; maxEvents?: number }): {
  queue: EventQueue;
  dropped: string[];
} {
  const dropped: string[] = [];
  const { maxBytes = 1_000_000, maxEvents = 1_000 } = limits;
  const queue = new EventQueue({ maxBytes, maxEvents, onDrop: (kind) => dropped.push(kind) });
  return { queue, dropped };
}

test('gives events back in the order in which they happened', () => {
  const { queue } = queueOf({});
  queue.push('error.sampled', '1');
  queue.push('circuit_breaker.opened', '2');
  queue.push('bulkhead.saturated', '3');
  queue.push('error.sampled', '4');
  expect(queue.take(unlimited).map(({ json }) => json)).toEqual(['1', '2', '3', '4']);
  expect(queue.length).toBe(0);
  expect(queue.bytes).toBe(0);
});

test('drops samples before levels and levels before changes of state', () => {
  const { queue, dropped } = queueOf({ maxEvents: 2 });
  queue.push('circuit_breaker.opened', 'state 1');
  queue.push('bulkhead.saturated', 'level');
  queue.push('error.sampled', 'sample');
  expect(dropped).toEqual(['error.sampled']);
  queue.push('circuit_breaker.closed', 'state 2');
  expect(dropped).toEqual(['error.sampled', 'bulkhead.saturated']);
  expect(queue.take(unlimited).map(({ json }) => json)).toEqual(['state 1', 'state 2']);
});

test('keeps the newest of a rank', () => {
  const { queue, dropped } = queueOf({ maxEvents: 2 });
  for (const json of ['1', '2', '3']) queue.push('flag.changed', json);
  expect(queue.take(unlimited).map(({ json }) => json)).toEqual(['2', '3']);
  expect(dropped).toEqual(['flag.changed']);
});

test('counts bytes, not characters', () => {
  const { queue, dropped } = queueOf({ maxBytes: 1_000 });
  for (let i = 0; i < 3; i++) queue.push('error.sampled', 'ü'.repeat(200));
  expect(dropped).toEqual(['error.sampled']);
  expect(queue.bytes).toBeLessThanOrEqual(1_000);
});

test('takes no more than fits and leaves the rest', () => {
  const { queue } = queueOf({});
  for (const json of ['aaaa', 'bbbb', 'cccc']) queue.push('flag.changed', json);
  expect(queue.take({ bytes: 10, events: 10 })).toHaveLength(2);
  expect(queue.take({ bytes: 100, events: 0 })).toHaveLength(0);
  expect(queue.length).toBe(1);
});
