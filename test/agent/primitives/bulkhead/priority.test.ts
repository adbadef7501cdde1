import type { Bulkhead, Priority } from '@holdfast/agent';
import { expect, test } from 'vitest';
import { createBulkhead } from '../../../../agent/src/primitives/bulkhead/bulkhead.ts';
import { createPipeline } from '../../../../agent/src/primitives/pipeline/pipeline.ts';
import { hang } from '../../support/breaker.ts';
import { createTestRuntime } from '../../support/runtime.ts';

/** Lets calls come, named for their priorities, and logs which ran and which had to go. */
function arrive(bulkhead: Bulkhead, log: string[], names: readonly string[]): Promise<unknown> {
  return Promise.all(
    names.map((name) =>
      bulkhead
        .execute(() => log.push(name), { priority: priorities[name[0] ?? ''] ?? 'normal' })
        .catch((error: unknown) => log.push(`${name} ${String(error)}`)),
    ),
  );
}

const priorities: Readonly<Record<string, Priority>> = { l: 'low', n: 'normal', h: 'high', c: 'critical' };

test('the more important go first, equals in the order of arrival', async () => {
  const { runtime } = createTestRuntime();
  const bulkhead = createBulkhead(runtime, 'reports', { maxConcurrentCalls: 1, maxQueueLength: 10 });
  const running = hang((fn) => bulkhead.execute(fn));
  const log: string[] = [];
  const others = arrive(bulkhead, log, ['n1', 'l1', 'c1', 'h1', 'n2', 'c2']);
  running.resolve('done');
  await others;
  expect(log).toEqual(['c1', 'c2', 'h1', 'n1', 'n2', 'l1']);
});

test('in a full queue the last of the least important makes room', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const bulkhead = createBulkhead(runtime, 'reports', { maxConcurrentCalls: 1, maxQueueLength: 3 });
  const running = hang((fn) => bulkhead.execute(fn));
  const log: string[] = [];
  const others = arrive(bulkhead, log, ['l1', 'l2', 'n1', 'h1', 'h2', 'n2', 'h3', 'h4']);
  running.resolve('done');
  await others;
  const evicted = 'has no room left: a more important call took the place in its queue';
  const full = 'is full: 1 under way, 3 waiting';
  expect(log.map((entry) => entry.replace('ResilienceError: bulkhead "reports" ', ''))).toEqual([
    `l2 ${evicted}`,
    `l1 ${evicted}`,
    `n2 ${full}`,
    `n1 ${evicted}`,
    `h4 ${full}`,
    'h1',
    'h2',
    'h3',
  ]);
  expect(telemetry.counts('bulkhead/reports')).toEqual({ success: 4, rejected: 5, class_rejected: 5 });
});

test('a pipeline counts who had to go once, and its fallback answers', async () => {
  const { runtime, telemetry } = createTestRuntime();
  const pipeline = createPipeline(runtime, 'reports', {
    bulkhead: { maxConcurrentCalls: 1, maxQueueLength: 1, maxQueueWaitMs: 1_000 },
    fallback: () => 'later',
  });
  const running = hang((fn) => pipeline.execute(fn));
  const low = pipeline.execute(() => 'now', { priority: 'low' });
  const high = pipeline.execute(() => 'now', { priority: 'high' });
  expect(await low).toBe('later');
  running.resolve('done');
  expect(await high).toBe('now');
  expect(telemetry.counts('bulkhead/reports')).toEqual({ success: 2, rejected: 1, class_rejected: 1 });
  expect(telemetry.counts('pipeline/reports')).toEqual({ success: 3, fallback_used: 1 });
});
