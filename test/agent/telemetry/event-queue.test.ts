import type { ResilienceEvent } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { EventQueue } from '../../../agent/src/telemetry/event-queue.ts';

const unlimited = { bytes: 1_000_000, events: 1_000 };

function queueOf(limits: { maxBytes?: number; maxEvents?: number }): {
  queue: EventQueue;
  dropped: string[];
} {
  const dropped: string[] = [];
  const { maxBytes = 1_000_000, maxEvents = 1_000 } = limits;
  const queue = new EventQueue({
    maxBytes,
    maxEvents,
    onDrop: (kind, count) => dropped.push(...Array<string>(count).fill(kind)),
  });
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

/** A breaker that opens and closes in turn, a second apart; even numbers open it. */
function flip(queue: EventQueue, number: number, resource = 0): void {
  const isOpening = number % 2 === 0;
  const states = isOpening ? { from: 'closed', to: 'open' } : { from: 'open', to: 'closed' };
  const kind = isOpening ? 'circuit_breaker.opened' : 'circuit_breaker.closed';
  queue.push(kind, JSON.stringify({ kind, ...states, at: number * 1_000, resource }), resource);
}

function takeAll(queue: EventQueue): ResilienceEvent[] {
  return queue.take(unlimited).map(({ json }) => JSON.parse(json) as ResilienceEvent); // pushed above
}

test('a breaker keeps 64 changes beside its summary', () => {
  const { queue, dropped } = queueOf({});
  for (let number = 0; number < 100; number++) flip(queue, number);
  flip(queue, 7, 1);
  expect(queue.length).toBe(66);
  const [summary, ...changes] = takeAll(queue);
  expect(summary).toEqual({
    kind: 'circuit_breaker.summarised',
    edges: [
      { from: 'closed', to: 'open', count: 18 },
      { from: 'open', to: 'closed', count: 18 },
    ],
    overMs: 35_000,
    to: 'closed',
    at: 35_000,
    resource: 0,
  });
  expect(changes.map(({ at }) => at)).toEqual([
    ...Array.from({ length: 64 }, (_, i) => (36 + i) * 1_000),
    7_000,
  ]);
  expect(queue.bytes).toBe(0);
  expect(dropped).toEqual([]);
});

test('a health check keeps 16 changes beside its summary', () => {
  const { queue } = queueOf({});
  for (let number = 0; number < 20; number++) {
    const change = { kind: 'health_check.changed', from: 'up', to: 'down', at: number, resource: 3 };
    queue.push('health_check.changed', JSON.stringify(change), 3);
  }
  const [summary, ...changes] = takeAll(queue);
  expect(summary).toMatchObject({ kind: 'health_check.summarised', edges: [{ count: 4 }], to: 'down' });
  expect(changes).toHaveLength(16);
});

test('where room runs out, changes are summarised and none is lost', () => {
  const { queue, dropped } = queueOf({ maxBytes: 4_000 });
  for (let number = 0; number < 1_000; number++) flip(queue, number, number % 7);
  expect(queue.bytes).toBeLessThanOrEqual(4_000);
  expect(changeCount(takeAll(queue))).toBe(1_000);
  expect(dropped).toEqual([]);
});

test('changes of more resources than there is room for are counted', () => {
  const { queue, dropped } = queueOf({ maxBytes: 1_000 });
  for (let resource = 0; resource < 50; resource++) {
    flip(queue, 0, resource);
    flip(queue, 1, resource);
  }
  expect(changeCount(takeAll(queue)) + dropped.length).toBe(100);
});

function changeCount(events: readonly ResilienceEvent[]): number {
  let sum = 0;
  for (const event of events) {
    if ('edges' in event) for (const { count } of event.edges) sum += count;
    else sum += 1;
  }
  return sum;
}
