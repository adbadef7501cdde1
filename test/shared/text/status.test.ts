import { emptyView, isUntouched, statusOf, viewOf } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { agent, breaker, levelsOf, startAt, TestLog } from '../state/log.ts';

function fleet(): TestLog {
  const log = new TestLog();
  log.connect();
  log.introduce(breaker);
  log.batch({ levels: levelsOf({ breakers: [{ resource: 0, state: 'closed', sinceAt: startAt }] }) });
  return log;
}

test('without agents it says that none has connected', () => {
  expect(statusOf(emptyView, startAt)).toMatchObject({
    level: 'empty',
    sentence: 'No agent has connected yet',
  });
});

test('after the last instance has left it says who that was', () => {
  const log = fleet();
  const at = startAt + 60_000;
  log.append({ type: 'disconnected', agent, clean: true }, at);
  const view = viewOf(log.fleet, at + 252_000);
  expect(view.agents).toEqual([]);
  expect(isUntouched(view)).toBe(false);
  expect(statusOf(view, at + 252_000)).toMatchObject({
    level: 'empty',
    sentence: 'No agent is connected · checkout@checkout-1 left last, 4 m 12 s ago',
    lastLeftAt: at,
  });
});

test('when all is well it says so with the counts', () => {
  expect(statusOf(viewOf(fleet().fleet, startAt), startAt).sentence).toBe(
    'All well: 1 breaker passing calls in 1 instance',
  );
});

test('who is awaited is named, and its breakers are not called well', () => {
  const log = fleet();
  const gone = { type: 'disconnected', agent, clean: false, why: 'collector_gone' } as const;
  log.append(gone, startAt + 1_000);
  const sentence = (): string => statusOf(viewOf(log.fleet, startAt + 2_000), startAt + 2_000).sentence;
  expect(sentence()).toBe('1 instance awaited: checkout@checkout-1');
  log.connect({ service: 'cart', instance: 'cart-1', epoch: 'e' });
  expect(sentence()).toBe(
    'All well: 0 breakers passing calls in 1 instance · 1 instance awaited: checkout@checkout-1',
  );
  log.append({ ...gone, why: 'not_back' }, startAt + 61_000);
  expect(sentence()).toBe('1 instance lost: checkout@checkout-1');
});

test('an open breaker is told with since when and why', () => {
  const log = fleet();
  log.opened();
  const now = startAt + 252_000;
  expect(statusOf(viewOf(log.fleet, now), now)).toMatchObject({
    level: 'broken',
    sentence:
      '1 of 1 breaker OPEN · checkout/payments for 4 m 12 s · ' +
      'cause: 60 % of 10 calls failed, last: ECONNREFUSED',
  });
});

test('an outage lasts from the first opening through all failed probes', () => {
  const log = fleet();
  log.opened();
  const probing = {
    kind: 'circuit_breaker.half_opened',
    resource: 0,
    from: 'open',
    to: 'half_open',
    callCount: 10,
  } as const;
  log.batch({ events: [{ ...probing, at: startAt + 8_000, cause: 'open_elapsed' }] });
  log.opened(startAt + 9_000);
  const now = startAt + 10_000;
  const view = viewOf(log.fleet, now);
  expect(view.resources[0]?.breaker?.sinceAt).toBe(startAt + 9_000);
  expect(statusOf(view, now)).toMatchObject({
    sinceAt: startAt,
    sentence: expect.stringContaining('for 10 s · cause: 60 % of 10 calls failed') as string,
  });
});

test('a lost instance degrades the status, its breakers count no more', () => {
  const log = fleet();
  log.opened();
  log.append({ type: 'disconnected', agent, clean: false });
  expect(statusOf(viewOf(log.fleet, startAt), startAt)).toMatchObject({ level: 'degraded', openCount: 0 });
});

test('what a person holds or sets is not well, and is named', () => {
  const log = fleet();
  log.batch({ levels: levelsOf({ breakers: [{ resource: 0, state: 'disabled', sinceAt: startAt }] }) });
  const flag = { flag: 'pay', value: false, defaultValue: true, sinceAt: startAt, bindings: [] } as const;
  log.batch({ levels: levelsOf({ complete: false, flags: [{ ...flag, reason: 'OVERRIDE' }] }) });
  expect(statusOf(viewOf(log.fleet, startAt), startAt)).toMatchObject({
    level: 'degraded',
    sentence: '1 bypassed by hand · 1 flag set by hand: pay',
  });
});
