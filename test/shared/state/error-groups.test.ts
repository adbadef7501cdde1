import { SeededRandom } from '@holdfast/agent/testing';
import {
  type Batch,
  errorClasses,
  type ErrorClass,
  errorViewsOf,
  type ErrorView,
  filterContextOf,
  fleetLimits,
  matchesFilter,
  parseFilter,
  errorSubject,
  viewOf,
} from '@holdfast/shared';
import { expect, test } from 'vitest';
import { address, agent, breaker, columnsOf, rollupAt, startAt, TestLog } from './log.ts';

type Tally = NonNullable<Batch['errors']>[number];

const bulkhead = { kind: 'bulkhead', name: 'payments' } as const;

function connectedLog(): TestLog {
  const log = new TestLog();
  log.connect();
  log.introduce(breaker, bulkhead);
  return log;
}

function tally(fingerprint: string, count: number, more: Partial<Tally> = {}): Tally {
  const when = { firstAt: startAt + 100, lastAt: startAt + 900 };
  return { resource: 0, class: 'transient', fingerprint, count, ...when, ...more };
}

function sampled(fingerprint: string, message: string): Batch['events'][number] {
  const error = {
    class: 'transient',
    severity: 'low',
    fingerprint,
    message,
    code: 'E',
    why: 'a rule',
  } as const;
  return { kind: 'error.sampled', at: startAt + 100, resource: 0, error };
}

/** How many of a class are in all groups. */
function sums(errors: readonly ErrorView[]): Partial<Record<ErrorClass, number>> {
  const found: Partial<Record<ErrorClass, number>> = {};
  for (const { class: errorClass, total } of errors) found[errorClass] = (found[errorClass] ?? 0) + total;
  return found;
}

test('one error of two services is a group, with its places', () => {
  const log = connectedLog();
  log.batch({
    events: [sampled('1:a', 'refused')],
    errors: [tally('1:a', 5)],
    rollups: columnsOf(rollupAt(0, { failure: 5, class_transient: 5 })),
  });
  const other = { service: 'storefront', instance: 's-1', epoch: 'e' };
  log.connect(other);
  log.batch({ dictionary: { from: 0, add: [breaker] } }, other);
  log.batch({ errors: [tally('1:a', 7, { firstAt: startAt + 50, lastAt: startAt + 70_000 })] }, other);
  expect(errorViewsOf(log.fleet, startAt + 71_000)).toEqual([
    {
      class: 'transient',
      fingerprint: '1:a',
      address: 'storefront/circuit_breaker/payments',
      services: ['checkout', 'storefront'],
      places: [
        { address: 'storefront/circuit_breaker/payments', total: 7 },
        { address, total: 5 },
      ],
      total: 12,
      lastMinute: 7,
      lastHour: 12,
      firstAt: startAt + 50,
      lastAt: startAt + 70_000,
      sample: {
        class: 'transient',
        severity: 'low',
        fingerprint: '1:a',
        message: 'refused',
        code: 'E',
        why: 'a rule',
      },
    },
  ]);
});

test('what no fingerprint is told of is grouped by its resource', () => {
  const log = connectedLog();
  log.batch({
    errors: [tally('1:a', 3)],
    rollups: columnsOf(rollupAt(0, { failure: 5, class_transient: 5 }), {
      ...rollupAt(0, { rejected: 40, class_rejected: 40 }),
      resource: 1,
    }),
  });
  const shown = errorViewsOf(log.fleet, startAt + 1_000).map((one) => [
    one.class,
    one.fingerprint,
    one.total,
  ]);
  expect(shown).toEqual([
    ['transient', '1:a', 3],
    ['transient', `at:${address}`, 2],
    ['rejected', 'at:checkout/bulkhead/payments', 40],
  ]);
});

test('errors told before their rollups are not counted twice', () => {
  const log = connectedLog();
  log.batch({ errors: [tally('1:a', 3)] });
  expect(errorViewsOf(log.fleet, startAt + 1_000)).toMatchObject([{ fingerprint: '1:a', total: 3 }]);
  log.batch({ rollups: columnsOf(rollupAt(0, { failure: 3, class_transient: 3 })) });
  expect(errorViewsOf(log.fleet, startAt + 1_000)).toMatchObject([{ fingerprint: '1:a', total: 3 }]);
});

test('a sample alone shows what no count was told of', () => {
  const log = connectedLog();
  log.batch({ events: [sampled('1:a', 'refused')] });
  expect(errorViewsOf(log.fleet, startAt + 1_000)).toMatchObject([{ fingerprint: '1:a', total: 0 }]);
});

test.each([1, 2, 3])('groups sum to the counts of the classes: seed %i', (seed) => {
  const random = new SeededRandom(seed);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const log = connectedLog();
  const counted: Record<string, number> = {};
  for (let second = 0; second < 400; second++) {
    const counts = errorClasses.map((name) => [name, random.next() < 0.3 ? below(90) : 0] as const);
    const told = counts.flatMap(([name, count]) =>
      count === 0 ? [] : [tally(`1:${below(2_000)}`, 1 + below(count), { class: name })],
    );
    for (const [name, count] of counts) if (count > 0) counted[name] = (counted[name] ?? 0) + count;
    const columns = Object.fromEntries(counts.map(([name, count]) => [`class_${name}`, count]));
    log.batch({ errors: told, rollups: columnsOf(rollupAt(second, columns)) });
  }
  expect(log.fleet.errors.size).toBeLessThanOrEqual(fleetLimits.errorGroups + errorClasses.length);
  const shown = errorViewsOf(log.fleet, startAt + 400_000);
  expect(sums(shown)).toEqual(counted);
  expect(shown.some(({ fingerprint }) => fingerprint === 'overflow')).toBe(true);
});

test('a group tells how many errors are beyond its places', () => {
  const log = connectedLog();
  for (let place = 0; place < fleetLimits.errorPlaces + 5; place++) {
    const of = { service: `s${place}`, instance: 'i', epoch: 'e' };
    log.connect(of);
    log.batch({ dictionary: { from: 0, add: [breaker] } }, of);
    log.batch({ errors: [tally('1:a', 2)] }, of);
  }
  const [group] = errorViewsOf(log.fleet, startAt + 1_000);
  expect(group).toMatchObject({ total: 2 * (fleetLimits.errorPlaces + 5), elsewhereTotal: 10 });
  expect(group?.places).toHaveLength(fleetLimits.errorPlaces);
});

test('a group that no longer comes is forgotten after a month', () => {
  const log = connectedLog();
  log.batch({ errors: [tally('1:a', 1)] });
  const later = startAt + fleetLimits.errorsForMs + 10_000;
  expect(errorViewsOf(log.fleet, later)).toEqual([]);
  log.batch({ errors: [tally('1:b', 1, { firstAt: later, lastAt: later })] }, agent, later);
  expect([...log.fleet.errors.keys()]).toEqual(['transient 1:b', `transient at:${address}`]);
});

test('a filter finds groups by service, class, place and text', () => {
  const log = connectedLog();
  log.batch({ events: [sampled('1:a', 'connection refused')], errors: [tally('1:a', 1)] });
  const [group] = errorViewsOf(log.fleet, startAt + 1_000);
  const holds = (text: string): boolean => {
    const parsed = parseFilter(text, 'errors');
    const context = filterContextOf(viewOf(log.fleet, startAt + 1_000));
    return parsed.ok && group !== undefined && matchesFilter(parsed.filter, errorSubject(group, context));
  };
  const found = ['svc:checkout', 'class:transient name:pay*', 'refused', '"1:a"', 'kind:circuit_breaker'];
  for (const text of found) expect(holds(text), text).toBe(true);
  for (const text of ['svc:storefront', 'class:critical', 'timeout']) expect(holds(text), text).toBe(false);
});
