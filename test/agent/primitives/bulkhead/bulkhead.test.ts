import { expect, test } from 'vitest';
import { createBulkhead } from '../../../../agent/src/primitives/bulkhead/bulkhead.ts';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import { hang } from '../../support/breaker.ts';
import { createTestRuntime } from '../../support/runtime.ts';

const full = { code: 'HOLDFAST_BULKHEAD_FULL' };

test('calls above the limit are rejected where nobody may wait', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const bulkhead = createBulkhead(runtime, 'reports', { maxConcurrentCalls: 1 });
  const running = hang((fn) => bulkhead.execute(fn));
  await expect(bulkhead.execute(() => 'never')).rejects.toMatchObject({
    ...full,
    message: 'bulkhead "reports" is full: 1 under way, 0 waiting',
    source: { primitive: 'bulkhead', name: 'reports' },
  });
  running.resolve('done');
  await running.answer;
  expect(await bulkhead.execute(() => 'room again')).toBe('room again');
  expect(telemetry.counts('bulkhead/reports')).toEqual({ success: 2, rejected: 1, class_rejected: 1 });
});

test('waiting calls run in the order of their arrival', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const bulkhead = createBulkhead(runtime, 'reports', { maxConcurrentCalls: 1, maxQueueLength: 2 });
  const order: string[] = [];
  const first = hang((fn) => bulkhead.execute(fn));
  const others = ['second', 'third'].map((name) => bulkhead.execute(() => order.push(name)));
  expect(telemetry.gauges('bulkhead/reports')).toEqual({ in_flight: 1, queue_length: 2, limit: 1 });
  await expect(bulkhead.execute(() => 'never')).rejects.toMatchObject(full);
  expect(order).toEqual([]);
  first.resolve('done');
  await Promise.all(others);
  await clock.advance(0);
  expect(order).toEqual(['second', 'third']);
  expect(telemetry.gauges('bulkhead/reports')).toEqual({ in_flight: 0, queue_length: 0, limit: 1 });
});

test('a wait that is too long ends with a rejection', async () => {
  const { runtime, clock } = createTestRuntime();
  const options = { maxConcurrentCalls: 1, maxQueueLength: 1, maxQueueWaitMs: 100 };
  const bulkhead = createBulkhead(runtime, 'reports', options);
  hang((fn) => bulkhead.execute(fn));
  const waiting = bulkhead.execute(() => 'never');
  waiting.catch(() => undefined);
  await clock.advance(100);
  await expect(waiting).rejects.toMatchObject({
    ...full,
    message: 'bulkhead "reports" had no room within 100 ms',
  });
});

test('a caller who gives up while waiting leaves the queue', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const bulkhead = createBulkhead(runtime, 'reports', { maxConcurrentCalls: 1, maxQueueLength: 1 });
  const running = hang((fn) => bulkhead.execute(fn));
  const controller = new AbortController();
  const waiting = bulkhead.execute(() => 'never', { signal: controller.signal });
  controller.abort(new Error('gave up'));
  await expect(waiting).rejects.toThrow('gave up');
  expect(telemetry.gauges('bulkhead/reports')).toMatchObject({ in_flight: 1, queue_length: 0 });
  running.resolve('done');
  await running.answer;
  expect(telemetry.gauges('bulkhead/reports')).toMatchObject({ in_flight: 0 });
});

test('saturation is told when it begins and when it ended', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const bulkhead = createBulkhead(runtime, 'reports', { maxConcurrentCalls: 1 });
  const running = hang((fn) => bulkhead.execute(fn));
  for (let call = 0; call < 3; call++) await bulkhead.execute(() => 'never').catch(() => undefined);
  expect(telemetry.events).toEqual([{ kind: 'bulkhead.saturated', count: 0 }]);
  running.resolve('done');
  await clock.advance(20_000);
  expect(telemetry.events.at(-1)).toEqual({ kind: 'bulkhead.recovered', count: 3 });
});

test('a pipeline counts who gives up in the queue, too', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const options = { bulkhead: { maxConcurrentCalls: 1, maxQueueLength: 1 } };
  const pipeline = createPipeline(runtime, 'reports', options);
  hang((fn) => pipeline.execute(fn));
  const controller = new AbortController();
  const waiting = pipeline.execute(() => 'never', { signal: controller.signal });
  controller.abort(new Error('gave up'));
  await expect(waiting).rejects.toThrow('gave up');
  expect(telemetry.counts('bulkhead/reports')).toEqual({ cancelled: 1 });
});

test('a long queue of short calls does not fill the stack', async () => {
  const { runtime } = createTestRuntime();
  const size = 20_000;
  const pipeline = createPipeline(runtime, 'reports', {
    bulkhead: { maxConcurrentCalls: 1, maxQueueLength: size },
    circuitBreaker: {},
  });
  const running = hang((fn) => pipeline.execute(fn));
  const waiting = Array.from({ length: size }, () => pipeline.execute(() => 'never'));
  pipeline.circuitBreaker?.forceOpen();
  running.resolve('done');
  const answers = await Promise.allSettled(waiting);
  expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(size);
});
