import {
  breakerOverrideEffect,
  describeEvent,
  eventTone,
  flagOverrideEffect,
  resourceViewOf,
  viewOf,
} from '@holdfast/shared';
import { expect, test } from 'vitest';
import { address, agent, breaker, columnsOf, levelsOf, rollupAt, startAt, TestLog } from '../state/log.ts';

function shopLog(): TestLog {
  const log = new TestLog();
  log.connect();
  log.introduce(breaker);
  const bindings = ['circuit_breaker/payments'];
  const flag = {
    flag: 'pay',
    value: true,
    defaultValue: true,
    reason: 'STATIC',
    sinceAt: startAt,
    bindings,
  } as const;
  const breakers = [{ resource: 0, state: 'closed', sinceAt: startAt }] as const;
  log.batch({
    levels: levelsOf({ breakers, flags: [flag] }),
    rollups: columnsOf(rollupAt(0, { success: 900 })),
  });
  return log;
}

test('holding a breaker open tells what it rejects and what it degrades', () => {
  const resource = resourceViewOf(shopLog().fleet, address, startAt + 1_000);
  expect(resource && breakerOverrideEffect(resource, 'forced_open')).toBe(
    'Rejects every call to payments-api, now 90 calls/s in 1 instance of checkout; ' +
      'fallbacks answer where there are any. Degrades 1 flag: pay.',
  );
});

test('releasing one of two holds tells that the other stays', () => {
  const resource = resourceViewOf(shopLog().fleet, address, startAt);
  if (resource?.breaker === undefined) throw new Error('the sample has no breaker');
  const hold = { id: '1', service: 'checkout', name: 'payments', state: 'disabled' as const };
  const override = { ...hold, by: 'mia', reason: '', setAt: 0, expiresAt: 1 };
  const breaker = { ...resource.breaker, override, otherOverrides: [{ ...override, id: '2' }] };
  expect(breakerOverrideEffect({ ...resource, breaker }, 'release')).toBe(
    'Ends this hold alone; beside it there is 1 other hold.',
  );
});

test('toggling a flag tells from what to what and where', () => {
  const [flag] = viewOf(shopLog().fleet, startAt).flags;
  expect(flag && flagOverrideEffect(flag, false)).toBe(
    'Sets pay from on to off in 1 running instance of checkout. ' +
      'While it holds, its bindings do not change it.',
  );
  expect(flag && flagOverrideEffect(flag)).toContain('follows its bindings, else its default on');
});

test('events read as sentences that begin with the place', () => {
  const log = shopLog();
  log.opened();
  log.append({ type: 'disconnected', agent, clean: false });
  expect(log.fleet.events.map(describeEvent)).toEqual([
    'checkout@checkout-1 connected for the first time',
    'checkout/payments opened: 60 % of 10 calls failed, last: ECONNREFUSED',
    'checkout@checkout-1 lost: the connection ended without a good-bye',
  ]);
});

test('who sets a flag is told, with the reason or its absence', () => {
  const change = { kind: 'flag.changed', flag: 'pay', from: true, to: false, reason: 'OVERRIDE' } as const;
  const said = (reason: string, cause?: string): string =>
    describeEvent({
      id: '1.0',
      at: 0,
      service: 'checkout',
      instance: 'c1',
      event: { ...change, at: 0, attribution: { by: 'mia', reason }, ...(cause && { cause }) },
    });
  expect(said('load', 'load')).toBe('checkout@c1 flag pay set to off (mia: load)');
  expect(said('')).toBe('checkout@c1 flag pay set to off (mia: no reason given)');
});

test('a check that is back feels good, one down feels bad', () => {
  const change = { kind: 'health_check.changed', at: startAt, from: 'unknown' } as const;
  expect(eventTone({ ...change, to: 'up' })).toBe('good');
  expect(eventTone({ ...change, to: 'down' })).toBe('bad');
});
