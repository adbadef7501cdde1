import { SeededRandom } from '@holdfast/agent/testing';
import {
  applyLive,
  emptyLiveView,
  figuresOf,
  isSameFigures,
  type LiveView,
  type ResourceView,
  resourceViewOf,
  shiftSpark,
  sparkShift,
  viewOf,
} from '@holdfast/shared';
import { expect, test } from 'vitest';
import { address, breaker, startAt, TestLog } from '../state/log.ts';

function snapshotAt(at: number): { readonly view: LiveView; readonly resource: ResourceView } {
  const log = new TestLog();
  log.connect();
  log.introduce(breaker);
  const view = applyLive(emptyLiveView, { type: 'snapshot', view: viewOf(log.fleet, at), numbers: [7] });
  const resource = resourceViewOf(log.fleet, address, at);
  if (resource === undefined) throw new TypeError('the log has no such resource');
  return { view, resource };
}

/** The resource with figures that differ in some places. */
function altered(resource: ResourceView, random: SeededRandom): ResourceView {
  const draw = (): number => Math.floor(random.next() * 3);
  const { failureRatio: _ratio, p50Ms: _p50, ...rates } = resource.rates;
  return {
    ...resource,
    rates: {
      ...rates,
      callsPerSecond: draw(),
      ...(draw() > 0 ? { failureRatio: draw() / 2 } : {}),
      ...(draw() > 0 ? { p50Ms: draw() } : {}),
      ...(draw() > 1 ? { actionsPerSecond: { retries: draw() } } : {}),
    },
    gauges: draw() > 0 ? { in_flight: draw() } : {},
    spark: { calls: resource.spark.calls.map(draw), failed: resource.spark.failed.map(draw) },
  };
}

test.each([0, 2_000, 3_000, 10_000, 90_000])('figures bring a view up to date after %i ms', (afterMs) => {
  const random = new SeededRandom(afterMs + 1);
  for (let round = 0; round < 200; round++) {
    const { view, resource } = snapshotAt(startAt);
    const told = altered(resource, random);
    const before = { ...view, resources: [told] };
    const at = startAt + afterMs;
    const moved = shiftSpark(told, sparkShift(startAt, at));
    const now = altered(moved, random);
    const figures = figuresOf([{ number: 7, before: moved, now }]);
    const onWire = JSON.parse(JSON.stringify({ type: 'delta', at, figures })) as {
      type: 'delta';
      at: number;
    };
    const [after] = applyLive(before, onWire).resources;
    expect(after).toEqual(now);
    expect(isSameFigures(moved, now)).toBe(JSON.stringify(figures) === '{"of":[7]}');
  }
});

test('sparks move with the clock though nobody says so', () => {
  const { view, resource } = snapshotAt(startAt);
  const calls = resource.spark.calls.map((_count, slot) => slot);
  const before = { ...view, resources: [{ ...resource, spark: { ...resource.spark, calls } }] };
  const [after] = applyLive(before, { type: 'delta', at: startAt + 6_000 }).resources;
  expect(after?.spark.calls).toEqual([...calls.slice(2), 0, 0]);
  expect(applyLive(before, { type: 'delta', at: startAt + 1 }).resources).toBe(before.resources);
});

test('figures of a resource that is not known change nothing', () => {
  const { view } = snapshotAt(startAt);
  const figures = { of: [8], callsPerSecond: [4] };
  expect(applyLive(view, { type: 'delta', at: startAt, figures }).resources).toEqual(view.resources);
});
