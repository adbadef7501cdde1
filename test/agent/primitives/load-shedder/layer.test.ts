import { expect, test } from 'vitest';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import { hang } from '../../support/breaker.ts';
import { createTestRuntime } from '../../support/runtime.ts';

test('a pipeline sheds by the time that calls wait in its bulkhead', async () => {
  const { runtime, clock, telemetry } = createTestRuntime();
  const pipeline = createPipeline(runtime, 'orders', {
    loadShedder: { queueTime: {} },
    bulkhead: { maxConcurrentCalls: 1, maxQueueLength: 100 },
  });
  const serve = (): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, 30));
  let shedCount = 0;
  const come = async (count: number): Promise<void> => {
    for (let call = 0; call < count; call++) {
      pipeline.execute(serve).catch(() => {
        shedCount += 1;
      });
      await clock.advance(10); // three times as many as are served
    }
  };
  await come(15);
  expect(shedCount).toBe(0);
  await come(100);
  expect(shedCount).toBeGreaterThan(50);
  expect(telemetry.gauges('bulkhead/orders').queue_length).toBeLessThan(15);
  await clock.advance(2_000);
  shedCount = 0;
  await come(3);
  expect(shedCount).toBe(0);
  expect(telemetry.kinds()).toEqual(['load_shedder.started']);
});

test('a shed call has a fallback, but no token and no slot', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const pipeline = createPipeline(runtime, 'orders', {
    fallback: () => 'later',
    loadShedder: { concurrency: { limit: 1 } },
    rateLimiter: { limit: 5 },
    bulkhead: { maxConcurrentCalls: 1 },
  });
  const running = hang((fn) => pipeline.execute(fn));
  expect(await pipeline.execute(() => 'now')).toBe('later');
  expect(telemetry.gauges('rate_limiter/orders')).toEqual({ available: 4, queue_length: 0 });
  running.resolve('done');
  await running.answer;
  expect(telemetry.counts('load_shedder/orders')).toEqual({ success: 1, rejected: 1, class_rejected: 1 });
  expect(telemetry.counts('rate_limiter/orders')).toEqual({ success: 1 });
  expect(telemetry.counts('bulkhead/orders')).toEqual({ success: 1 });
  expect(telemetry.counts('pipeline/orders')).toEqual({ success: 2, fallback_used: 1 });
});

test('what further layers turn away is no refusal by the other side', async () => {
  const { runtime } = createTestRuntime();
  const pipeline = createPipeline(runtime, 'orders', {
    loadShedder: { clientThrottle: {} },
    rateLimiter: { limit: 1 },
  });
  const codes = new Set<string | undefined>();
  for (let call = 0; call < 100; call++)
    await pipeline.execute(() => 'fine').catch((error: { readonly code?: string }) => codes.add(error.code));
  expect([...codes]).toEqual(['HOLDFAST_RATE_LIMITED']);
});

test('the key of a call reaches the limiter of its pipeline', async () => {
  const { runtime } = createTestRuntime();
  const pipeline = createPipeline(runtime, 'orders', { rateLimiter: { limit: 1 } });
  expect(await pipeline.execute(() => 'ada', { key: 'ada' })).toBe('ada');
  expect(await pipeline.execute(() => 'bob', { key: 'bob' })).toBe('bob');
  await expect(pipeline.execute(() => 'ada', { key: 'ada' })).rejects.toMatchObject({
    code: 'HOLDFAST_RATE_LIMITED',
    source: { service: 'checkout', pipeline: 'orders', primitive: 'rate_limiter', name: 'orders' },
  });
});
