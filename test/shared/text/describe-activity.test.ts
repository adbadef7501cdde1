import { activityWords, endedResourceView, type LayerAction, type ResourceView } from '@holdfast/shared';
import { expect, test } from 'vitest';

function resource(kind: string, gauges: ResourceView['gauges']): ResourceView {
  const view = endedResourceView(`shop/${kind}/payments`);
  if (view === undefined) throw new Error(`${kind} is no kind of resource`);
  return { ...view, gauges };
}

test.each([
  ['bulkhead', { in_flight: 18, limit: 20, queue_length: 7 }, ['18 of 20 in flight', '7 waiting']],
  ['bulkhead', { in_flight: 0, limit: 20, queue_length: 0 }, ['0 of 20 in flight']],
  ['queue', { queue_length: 0, limit: 100 }, ['0 of 100 waiting']],
  ['endpoints', { in_flight: 3, limit: 4, ejected: 1 }, ['3 in flight', '1 of 4 ejected']],
  ['endpoints', { in_flight: 3, limit: 4, ejected: 0 }, ['3 in flight']],
  ['rate_limiter', { available: 9.7, queue_length: 2 }, ['2 waiting', '9 left']],
  ['retry', { available: 0.4 }, ['0 left']],
  ['saga', { in_flight: 2, limit: 1_000, available: 960 }, ['2 in flight', '40 of 1000 entries kept']],
  ['fallback', {}, []],
] as const)('a %s with %o is told as %j', (kind, gauges, words) => {
  expect(activityWords(resource(kind, gauges))).toEqual(words);
});

test('what layers do is told with how often, unless never', () => {
  const actionsPerSecond: Partial<Record<LayerAction, number>> = {
    retries_denied: 2.5,
    cache_stale: 0.04,
    compensation_failed: 1,
  };
  const view = resource('pipeline', {});
  const words = activityWords({ ...view, rates: { ...view.rates, actionsPerSecond } });
  expect(words).toEqual(['2.5 retries denied/s', '<0.1 stale answers/s', '1.0 steps NOT undone/s']);
});
