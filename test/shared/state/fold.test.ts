import {
  breakerTarget,
  type ControlFact,
  createFleet,
  describeEvent,
  fleetFrom,
  fold,
  resourceViewOf,
  snapshotOf,
  viewOf,
} from '@holdfast/shared';
import { expect, test } from 'vitest';
import {
  address,
  agent,
  breaker,
  columnsOf,
  levelsOf,
  openedEvent,
  rollupAt,
  startAt,
  TestLog,
} from './log.ts';

function connectedLog(): TestLog {
  const log = new TestLog();
  log.connect();
  log.introduce(breaker);
  return log;
}

const flagLevel = {
  flag: 'instant_payment',
  value: true,
  defaultValue: true,
  degradedValue: false,
  reason: 'STATIC',
  sinceAt: startAt,
  bindings: ['circuit_breaker/payments'],
} as const;

test('a transition sets state, since, cause and error', () => {
  const log = connectedLog();
  log.opened(startAt + 5);
  expect(resourceViewOf(log.fleet, address, startAt)?.breaker).toMatchObject({
    state: 'open',
    sinceAt: startAt + 5,
    cause: '60 % of 10 calls failed, last: ECONNREFUSED',
    error: { class: 'partial_outage' },
  });
});

test('rates are of the last ten whole seconds', () => {
  const log = connectedLog();
  const counts = { success: 30, failure: 10, timeout: 10, class_transient: 20 };
  log.batch({ rollups: columnsOf(rollupAt(0, counts, [100, 49, 200, 1])) });
  const rates = resourceViewOf(log.fleet, address, startAt + 2_000)?.rates;
  expect(rates).toMatchObject({ callsPerSecond: 5, failureRatio: 0.4 });
  expect(rates?.p99Ms).toBeGreaterThan(rates?.p50Ms ?? 0);
  expect(resourceViewOf(log.fleet, address, startAt + 12_000)?.rates.callsPerSecond).toBe(0);
});

test('what layers do is a rate where they do it', () => {
  const log = connectedLog();
  log.batch({ rollups: columnsOf(rollupAt(0, { success: 30, hedges: 5, hedge_wins: 1 })) });
  const actionsAt = (second: number): unknown =>
    resourceViewOf(log.fleet, address, startAt + second * 1_000)?.rates.actionsPerSecond;
  expect(actionsAt(2)).toEqual({ hedges: 0.5, hedge_wins: 0.1 });
  expect(actionsAt(12)).toBeUndefined();
});

test('a second that arrives in two parts is added up', () => {
  const log = connectedLog();
  log.batch({ rollups: columnsOf(rollupAt(0, { success: 3 }), rollupAt(1, { success: 1 })) });
  log.batch({ rollups: columnsOf(rollupAt(0, { success: 4 }, [7, 4])) });
  expect(resourceViewOf(log.fleet, address, startAt + 5_000)?.rates.callsPerSecond).toBeCloseTo(0.8);
});

test('errors are counted by class, minute by minute, in any order', () => {
  const log = connectedLog();
  for (const second of [0, 60, 0, 120, 60]) {
    log.batch({ rollups: columnsOf(rollupAt(second, { failure: 1, class_transient: 1 })) });
  }
  const [errors] = viewOf(log.fleet, startAt + 121_000).errors;
  expect(errors).toMatchObject({ class: 'transient', total: 5, lastHour: 5, lastMinute: 1 });
});

test('the last minute is 60 seconds, wherever the clock stands', () => {
  const log = connectedLog();
  for (const second of [0, 30, 59, 60]) {
    log.batch({ rollups: columnsOf(rollupAt(second, { failure: 1, class_transient: 1 })) });
  }
  const countAt = (second: number): number | undefined =>
    viewOf(log.fleet, startAt + second * 1_000).errors[0]?.lastMinute;
  expect([60, 89, 90, 119, 120].map(countAt)).toEqual([3, 3, 2, 1, 0]);
});

test('causes stand before what was turned away because of them', () => {
  const log = connectedLog();
  log.batch({ rollups: columnsOf(rollupAt(0, { failure: 1, class_transient: 1, class_rejected: 900 })) });
  const classes = viewOf(log.fleet, startAt + 300_000).errors.map((error) => error.class);
  expect(classes).toEqual(['transient', 'rejected']);
});

test('an agent whose clock is slow is shown on the collector clock', () => {
  const log = new TestLog();
  log.connect(agent, { at: startAt, sentAt: startAt - 3_600_000 });
  log.introduce(breaker);
  log.batch({
    events: [openedEvent(startAt - 3_600_000)],
    rollups: columnsOf(rollupAt(-3_600, { success: 10 })),
  });
  const view = resourceViewOf(log.fleet, address, startAt + 1_000);
  expect(view?.breaker).toMatchObject({ sinceAt: startAt, untilAt: startAt + 8_000 });
  expect(view?.rates.callsPerSecond).toBe(1);
});

test('two instances are one resource, as bad as the worse of them', () => {
  const log = connectedLog();
  const second = { service: 'checkout', instance: 'checkout-2', epoch: 'e9' };
  log.connect(second);
  log.batch(
    { dictionary: { from: 0, add: [breaker] }, rollups: columnsOf(rollupAt(0, { success: 10 })) },
    second,
  );
  log.batch({ levels: levelsOf({ breakers: [{ resource: 0, state: 'closed', sinceAt: startAt }] }) }, second);
  log.opened();
  const view = resourceViewOf(log.fleet, address, startAt + 1_000);
  expect(view).toMatchObject({
    instanceCount: 2,
    breaker: { state: 'open', states: { open: 1, closed: 1 } },
  });
});

test('an instance that is lost stays for a while, marked stale', () => {
  const log = connectedLog();
  log.opened();
  log.append({ type: 'disconnected', agent, clean: false }, startAt + 1_000);
  expect(resourceViewOf(log.fleet, address, startAt + 2_000)).toMatchObject({
    staleCount: 1,
    instanceCount: 1,
  });
  expect(resourceViewOf(log.fleet, address, startAt + 3_600_000)).toBeUndefined();
});

test('who was lost a quarter of an hour ago makes room', () => {
  const log = new TestLog();
  const others = [1, 2, 3].map((number) => ({ ...agent, instance: `lost-${number}` }));
  others.forEach((other, index) => {
    log.connect(other);
    log.append({ type: 'disconnected', agent: other, clean: false }, startAt + index * 600_000);
  });
  const left = (): string[] => [...log.fleet.instances.values()].map(({ instance }) => instance);
  log.connect(agent, { at: startAt + 900_000 });
  expect(left()).toEqual(['lost-1', 'lost-2', 'lost-3', agent.instance]);
  log.connect(agent, { at: startAt + 900_001 });
  expect(left()).toEqual(['lost-2', 'lost-3', agent.instance]);
  log.connect(agent, { at: startAt + 3_600_000 });
  expect(left()).toEqual([agent.instance]);
});

test('an instance that says good-bye is gone at once', () => {
  const log = connectedLog();
  log.append({ type: 'disconnected', agent, clean: true });
  expect(viewOf(log.fleet, startAt)).toMatchObject({ agents: [], resources: [] });
});

test('an end leaves one event, told or only seen', () => {
  const ends = (log: TestLog): string[] =>
    log.fleet.events.filter(({ event }) => event.kind === 'agent.stopped').map(describeEvent);
  const silent = connectedLog();
  silent.append({ type: 'disconnected', agent, clean: true }, startAt + 5);
  expect(ends(silent)).toEqual(['checkout@checkout-1 stopped']);
  const told = connectedLog();
  told.batch({ events: [{ kind: 'agent.stopped', at: startAt + 4 }] });
  told.append({ type: 'disconnected', agent, clean: true }, startAt + 5);
  expect(ends(told)).toEqual(['checkout@checkout-1 stopped']);
});

test("a restart keeps a resource's history and trusts only new numbers", () => {
  const log = connectedLog();
  log.batch({ rollups: columnsOf(rollupAt(0, { failure: 2, class_transient: 2 })) });
  const next = { ...agent, epoch: 'e2' };
  log.connect(next);
  log.batch({ rollups: columnsOf(rollupAt(1, { success: 5 })) }); // of the old epoch: ignored
  log.batch({ dictionary: { from: 0, add: [{ kind: 'bulkhead', name: 'x' }, breaker] } }, next);
  expect(viewOf(log.fleet, startAt).errors).toMatchObject([{ total: 2 }]);
  expect(log.fleet.instances.get('checkout@checkout-1')?.resources[1]?.address).toBe(address);
});

test('a degraded flag has its cause, and a person stands above', () => {
  const log = connectedLog();
  log.batch({ levels: levelsOf({ flags: [flagLevel] }) });
  const change = { flag: 'instant_payment', from: true, to: false, reason: 'DEGRADED' } as const;
  log.batch({
    events: [
      { kind: 'flag.degraded', at: startAt + 1, cause: 'circuit_breaker/payments is open', ...change },
    ],
  });
  const fact: ControlFact = {
    type: 'control',
    version: 1,
    action: 'flag.set',
    target: 'instant_payment',
    from: false,
    to: true,
    by: 'ada',
    via: 'cli',
    reason: 'testing',
    expiresAt: startAt + 60_000,
    flag: {
      key: 'instant_payment',
      value: true,
      by: 'ada',
      reason: 'testing',
      setAt: startAt,
      expiresAt: startAt + 60_000,
    },
  };
  log.append(fact);
  const [flag] = viewOf(log.fleet, startAt).flags;
  expect(flag).toMatchObject({
    value: false,
    reason: 'DEGRADED',
    cause: 'circuit_breaker/payments is open',
    bindings: [address],
    override: { by: 'ada' },
  });
  expect(log.fleet.audit).toMatchObject([{ action: 'flag.set', by: 'ada', from: false, to: true }]);
  log.append({ ...fact, version: 2, action: 'flag.cleared', flag: null });
  expect(log.fleet.desired).toEqual({ version: 2, flags: [], breakers: [] });
});

test('of two holds the one that decides comes first', () => {
  const log = connectedLog();
  const hold = (state: 'forced_open' | 'disabled', instance?: string): void => {
    const place = { service: 'checkout', name: 'payments', ...(instance !== undefined && { instance }) };
    const signed = { by: 'ada', reason: '', setAt: startAt, expiresAt: startAt + 60_000 };
    log.append({
      type: 'control',
      version: 1,
      via: 'cli',
      from: null,
      to: state,
      ...signed,
      action: state === 'disabled' ? 'breaker.disabled' : 'breaker.held_open',
      target: breakerTarget(place),
      breaker: { id: `${instance}`, state, ...place, ...signed },
    });
  };
  hold('forced_open');
  expect(resourceViewOf(log.fleet, address, startAt)?.breaker).toBeUndefined();
  log.batch({ levels: levelsOf({ breakers: [{ resource: 0, state: 'disabled', sinceAt: startAt }] }) });
  hold('disabled', agent.instance);
  const { breaker: held } = resourceViewOf(log.fleet, address, startAt) ?? {};
  expect(held?.override).toMatchObject({ state: 'disabled', instance: agent.instance });
  expect(held?.otherOverrides).toMatchObject([{ state: 'forced_open' }]);
});

test('folding a snapshot and the rest equals folding everything', () => {
  const log = connectedLog();
  log.batch({ levels: levelsOf({ flags: [flagLevel] }) });
  log.opened();
  log.batch({ rollups: columnsOf(rollupAt(0, { failure: 3, class_unknown: 3 })) });
  const middle: unknown = JSON.parse(JSON.stringify(snapshotOf(log.fleet)));
  const behind = log.entries.length;
  log.batch({ rollups: columnsOf(rollupAt(30, { success: 3 })) });
  log.append({ type: 'refused', agent, seq: 9, problem: 'not JSON' });
  const resumed = fleetFrom(middle as ReturnType<typeof snapshotOf>);
  for (const entry of log.entries.slice(behind)) fold(resumed, entry);
  const whole = createFleet();
  for (const entry of log.entries) fold(whole, entry);
  const now = startAt + 31_000 + 60_000; // the seconds before the snapshot are past the last minute by now
  expect(viewOf(resumed, now)).toEqual(viewOf(whole, now));
});

test('a summary leaves a breaker where its last change did', () => {
  const log = connectedLog();
  log.opened();
  const edges = [
    { from: 'open', to: 'closed', count: 40 },
    { from: 'closed', to: 'open', count: 40 },
  ] as const;
  const at = startAt + 60_000;
  log.batch({
    events: [{ kind: 'circuit_breaker.summarised', at, resource: 0, edges, overMs: 50_000, to: 'open' }],
  });
  const breakerAt = resourceViewOf(log.fleet, address, at)?.breaker;
  expect(breakerAt).toMatchObject({ state: 'open', sinceAt: at, troubledSinceAt: at });
});
