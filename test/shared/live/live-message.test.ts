import { applyLive, emptyLiveView, resourceViewOf, viewOf } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { address, breaker, startAt, TestLog } from '../state/log.ts';

test('a snapshot and its deltas give the view that the collector has', () => {
  const log = new TestLog();
  log.connect();
  log.introduce(breaker, { kind: 'bulkhead', name: 'payments' });
  const before = applyLive(emptyLiveView, { type: 'snapshot', view: viewOf(log.fleet, startAt) });
  log.opened();
  const changed = resourceViewOf(log.fleet, address, startAt);
  const events = log.fleet.events.slice(before.events.length);
  const delta = {
    type: 'delta',
    at: startAt,
    resources: changed === undefined ? [] : [changed],
    events,
  } as const;
  const after = applyLive(before, delta);
  expect(after).toMatchObject(viewOf(log.fleet, startAt));
  expect(after.resources[1]).toBe(before.resources[1]);
});

test('a removed resource is gone', () => {
  const log = new TestLog();
  log.connect();
  log.introduce(breaker);
  const view = applyLive(emptyLiveView, { type: 'snapshot', view: viewOf(log.fleet, startAt) });
  expect(applyLive(view, { type: 'delta', at: startAt, removed: [address] }).resources).toEqual([]);
});
