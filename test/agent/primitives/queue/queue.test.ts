import { createAgent, type QueueOptions } from '@holdfast/agent';
import { FakeClock } from '@holdfast/agent/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createQueue, type Queue } from '../../../../agent/src/primitives/queue/queue.ts';
import { createTestRuntime, type TestRuntime } from '../../support/runtime.ts';

interface QueueUnderTest extends TestRuntime {
  readonly queue: Queue<string>;
}

function createJobs(options: Partial<QueueOptions> = {}): QueueUnderTest {
  const test = createTestRuntime();
  return { ...test, queue: createQueue(test.runtime, 'jobs', { capacity: 2, ...options }) };
}

/** What has become of a promise so far. */
async function stateOf(promise: Promise<unknown>, clock: FakeClock): Promise<string> {
  let state = 'pending';
  promise.then(
    () => (state = 'resolved'),
    () => (state = 'rejected'),
  );
  await clock.advance(0);
  return state;
}

describe('room', () => {
  test('items come out in the order in which they went in', async () => {
    const { queue } = createJobs({ capacity: 3 });
    for (const item of ['a', 'b', 'c']) await queue.put(item);
    expect(queue.length).toBe(3);
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual(['a', 'b', 'c']);
  });

  test('a full queue makes `put` wait, and lets them in by turns', async () => {
    const { queue, clock, telemetry } = createJobs();
    await queue.put('a');
    await queue.put('b');
    const third = queue.put('c');
    const fourth = queue.put('d');
    expect(await stateOf(third, clock)).toBe('pending');
    expect(telemetry.gauges('queue/jobs')).toEqual({ queue_length: 4, limit: 2 });
    expect(await queue.take()).toBe('a');
    expect(await stateOf(third, clock)).toBe('resolved');
    expect(await stateOf(fourth, clock)).toBe('pending');
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual(['b', 'c', 'd']);
    expect(await stateOf(fourth, clock)).toBe('resolved');
  });

  test('a full queue refuses what is offered at once', () => {
    const { queue, telemetry } = createJobs();
    expect(['a', 'b', 'c'].map((item) => queue.offer(item))).toEqual([true, true, false]);
    expect(telemetry.counts('queue/jobs')).toEqual({ rejected: 1, class_rejected: 1 });
  });

  test('who waits for an item gets it directly, the first first', async () => {
    const { queue } = createJobs({ capacity: 1 });
    const takes = [queue.take(), queue.take()];
    expect(['a', 'b', 'c', 'd'].map((item) => queue.offer(item))).toEqual([true, true, true, false]);
    expect(await Promise.all(takes)).toEqual(['a', 'b']);
  });
});

describe('a wait', () => {
  test('for room that is too long ends with a rejection', async () => {
    const { queue, clock } = createJobs({ capacity: 1, maxWaitMs: 100 });
    await queue.put('a');
    const late = queue.put('b');
    const rejected = expect(late).rejects.toMatchObject({
      code: 'HOLDFAST_QUEUE_FULL',
      message: 'queue "jobs" had no room within 100 ms',
      source: { service: 'checkout', primitive: 'queue', name: 'jobs' },
    });
    await clock.advance(100);
    await rejected;
    await queue.take();
    expect(queue.length).toBe(0);
  });

  test('of no time at all is none', async () => {
    const { queue } = createJobs({ capacity: 1, maxWaitMs: 0 });
    await queue.put('a');
    await expect(queue.put('b')).rejects.toMatchObject({ message: 'queue "jobs" is full' });
  });

  test('is refused where too many wait', async () => {
    const { queue } = createJobs({ capacity: 1, maxWaitingPuts: 1 });
    await queue.put('a');
    void queue.put('b');
    await expect(queue.put('c')).rejects.toMatchObject({
      code: 'HOLDFAST_QUEUE_FULL',
      message: 'queue "jobs" is full, and too many wait for room',
    });
  });

  test('for room ends at once with an aborted signal', async () => {
    const { queue, telemetry } = createJobs({ capacity: 1, maxWaitMs: 100 });
    await queue.put('a');
    const controller = new AbortController();
    const waiting = queue.put('b', { signal: controller.signal });
    const next = queue.put('c');
    controller.abort(new Error('gave up'));
    await expect(waiting).rejects.toThrow('gave up');
    expect(await queue.take()).toBe('a');
    expect(await queue.take()).toBe('c');
    await next;
    expect(telemetry.counts('queue/jobs')).toEqual({ success: 2, cancelled: 1, class_cancelled: 1 });
  });

  test('for an item ends at once with an aborted signal', async () => {
    const { queue } = createJobs();
    const controller = new AbortController();
    const first = queue.take({ signal: controller.signal });
    const second = queue.take();
    controller.abort(new Error('gave up'));
    await expect(first).rejects.toThrow('gave up');
    await queue.put('a');
    expect(await second).toBe('a');
  });

  test('does not begin where the signal is aborted already', async () => {
    const { queue } = createJobs();
    const signal = AbortSignal.abort(new Error('gave up'));
    await expect(queue.put('a', { signal })).rejects.toThrow('gave up');
    await queue.put('b');
    await expect(queue.take({ signal })).rejects.toThrow('gave up');
    expect(await queue.take()).toBe('b');
  });
});

describe('closing', () => {
  test('drains what is in it and what waits for room, then ends', async () => {
    const { queue, clock } = createJobs({ capacity: 1 });
    await queue.put('a');
    const waiting = queue.put('b');
    const closed = queue.close();
    expect(queue.isClosed).toBe(true);
    expect(await queue.take()).toBe('a');
    await waiting;
    expect(await stateOf(closed, clock)).toBe('pending');
    expect(await queue.take()).toBe('b');
    await closed;
    expect(await queue.take()).toBeUndefined();
  });

  test('refuses what comes after it', async () => {
    const { queue, telemetry } = createJobs();
    await queue.close();
    expect(queue.offer('a')).toBe(false);
    await expect(queue.put('b')).rejects.toMatchObject({
      code: 'HOLDFAST_QUEUE_FULL',
      message: 'queue "jobs" is closed',
    });
    expect(telemetry.counts('queue/jobs')).toEqual({ rejected: 2, class_rejected: 2 });
  });

  test('ends all who wait for an item', async () => {
    const { queue } = createJobs();
    const takes = [queue.take(), queue.take()];
    await queue.close();
    expect(await Promise.all(takes)).toEqual([undefined, undefined]);
  });

  test('twice resolves both', async () => {
    const { queue } = createJobs();
    await queue.put('a');
    const both = Promise.all([queue.close(), queue.close()]);
    await queue.take();
    expect(await both).toHaveLength(2);
  });
});

test('loops share the items, and end when it is closed', async () => {
  const { queue } = createJobs();
  const seen: string[] = [];
  const work = async (worker: string): Promise<void> => {
    for await (const item of queue) seen.push(`${worker}${item}`);
  };
  const workers = [work('x'), work('y')];
  for (const item of ['1', '2', '3', '4', '5']) await queue.put(item);
  await queue.close();
  await Promise.all(workers);
  expect(seen.map((entry) => entry.slice(1)).toSorted()).toEqual(['1', '2', '3', '4', '5']);
});

test('an item counts when it is taken, with its wait', async () => {
  const { queue, clock, telemetry } = createJobs();
  await queue.put('a');
  await clock.advance(30);
  expect(telemetry.counts('queue/jobs')).toEqual({});
  await queue.take();
  expect(telemetry.counts('queue/jobs')).toEqual({ success: 1 });
  expect(telemetry.timedCount('queue/jobs')).toBe(1);
});

test('whatever puts and takes come, order and capacity hold', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      async (steps, capacity) => {
        const { queue } = createJobs({ capacity });
        const taken: Promise<string | undefined>[] = [];
        let putCount = 0;
        for (const isPut of steps) {
          if (isPut) void queue.put(String(putCount++));
          else taken.push(queue.take());
          expect(queue.length).toBeLessThanOrEqual(capacity);
        }
        const closed = queue.close();
        while (taken.length < putCount) taken.push(queue.take());
        await closed;
        const items = (await Promise.all(taken)).filter((item) => item !== undefined);
        expect(items).toEqual(items.map((_, index) => String(index)));
        expect(items).toHaveLength(putCount);
      },
    ),
  );
});

test.each([
  [undefined, 'queue `jobs` does not exist yet: its options must be given'],
  [{ capacity: 0 }, '`capacity` must be between 1 and 1000000, got 0'],
  [{ capacity: 1, maxWait: 5 }, '`maxWait` is not an option; did you mean `maxWaitMs`?'],
  [{ capacity: 1, maxWaitMs: '5' }, '`maxWaitMs` must be a number, got "5"'],
])('options %j are refused by name', (options, message) => {
  const agent = createAgent({ service: 'shop', collector: false, clock: new FakeClock() });
  expect(() => agent.queue('jobs', options as QueueOptions | undefined)).toThrow(message);
});

test('asked for again by its name it is the same one', () => {
  const agent = createAgent({ service: 'shop', collector: false, clock: new FakeClock() });
  const queue = agent.queue<string>('jobs', { capacity: 1 });
  expect(agent.queue('jobs')).toBe(queue);
  expect(() => agent.queue('jobs', { capacity: 2 })).toThrow('exists already');
});
