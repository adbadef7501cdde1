import {
  agentSubject,
  type AuditEntry,
  auditSubject,
  describeEvent,
  edgeSubject,
  errorSubject,
  eventSubject,
  fieldsOf,
  type FilterContext,
  filterContextOf,
  type FilteredList,
  filteredLists,
  type FilterSubject,
  flagSubject,
  type FleetView,
  matchesFilter,
  numberFields,
  parseFilter,
  resourceSubject,
  serviceSubject,
  servicesOf,
  tokenSubject,
  type TokenView,
  topologyOf,
  viewOf,
  wordFields,
} from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { breaker, columnsOf, levelsOf, rollupAt, startAt, TestLog } from '../state/log.ts';

const mail = { kind: 'circuit_breaker', name: 'mail', dependency: 'mailer' } as const;
const storefront = { service: 'storefront', instance: 's-1', epoch: 'e' };

/** Two services: checkout with an open breaker, a degraded flag and errors, storefront with all in order. */
function troubled(): FleetView {
  const log = new TestLog();
  log.connect();
  log.introduce(breaker);
  const change = { from: 'closed', to: 'open', cause: 'failure_rate', callCount: 10 } as const;
  const flag = {
    flag: 'instant',
    value: false,
    defaultValue: true,
    degradedValue: false,
    reason: 'DEGRADED',
    sinceAt: startAt,
    bindings: ['circuit_breaker/payments'],
  } as const;
  log.batch({ levels: levelsOf({ flags: [flag] }) });
  log.batch({
    events: [{ kind: 'circuit_breaker.opened', at: startAt + 100, resource: 0, ...change }],
    errors: [
      {
        resource: 0,
        class: 'transient',
        fingerprint: '1:a',
        count: 3,
        firstAt: startAt,
        lastAt: startAt + 900,
      },
    ],
    rollups: columnsOf(rollupAt(0, { success: 2, failure: 3, class_transient: 3 })),
  });
  log.connect(storefront);
  log.batch({ dictionary: { from: 0, add: [mail] } }, storefront);
  return viewOf(log.fleet, startAt + 2_000);
}

const view = troubled();
const context: FilterContext = filterContextOf(view);

const held: AuditEntry = {
  id: 1,
  at: startAt,
  version: 1,
  action: 'breaker.held_open',
  target: 'checkout@a/payments',
  from: 'closed',
  to: 'forced_open',
  by: 'ann',
  via: 'cli',
  reason: 'drill',
};
const cleared: AuditEntry = { ...held, id: 2, action: 'flag.cleared', target: 'instant' };

const token: TokenView = {
  id: 't1',
  name: 'robot',
  scope: 'ingest',
  services: 'shop-*',
  createdAt: startAt,
  expiresAt: startAt + 9_000,
  refusedCount: 0,
};

const subjects: Readonly<
  Record<Exclude<FilteredList, 'live feed'>, readonly (readonly [string, FilterSubject])[]>
> = {
  services: servicesOf(view).map((one) => [one.service, serviceSubject(one, context)]),
  resources: view.resources.map((one) => [one.name, resourceSubject(one, context)]),
  errors: view.errors.map((one) => [one.fingerprint, errorSubject(one, context)]),
  flags: view.flags.map((one) => [one.key, flagSubject(one, context)]),
  agents: view.agents.map((one) => [one.service, agentSubject(one)]),
  events: view.events.map((one) => [one.event.kind, eventSubject(one, describeEvent(one))]),
  audit: [held, cleared].map((one) => [one.action, auditSubject(one)]),
  tokens: [
    token,
    { ...token, name: 'old', expiresAt: startAt },
    { ...token, name: 'gone', revokedAt: startAt },
  ].map((one) => [one.name, tokenSubject(one, startAt + 2_000)]),
  topology: topologyOf(view).edges.map((one) => [one.dependency, edgeSubject(one, context)]),
};

type OneList = keyof typeof subjects;

function shown(list: OneList, text: string): string[] {
  const parsed = parseFilter(text, list);
  if (!parsed.ok) throw new Error(parsed.problem);
  return subjects[list].filter(([, subject]) => matchesFilter(parsed.filter, subject)).map(([name]) => name);
}

test.each(filteredLists.filter((list) => list !== 'live feed'))(
  'the %s have the fields that are told of them',
  (list) => {
    const { words, numbers } = fieldsOf(list);
    for (const [name, subject] of subjects[list]) {
      expect(Object.keys(subject.words).sort(), name).toEqual(Object.keys(words).sort());
      expect(Object.keys(subject.numbers ?? {}).sort(), name).toEqual([...numbers].sort());
    }
    expect(subjects[list]).not.toEqual([]);
  },
);

test('the live feed has every field', () => {
  const { words, numbers } = fieldsOf('live feed');
  expect(Object.keys(words).sort()).toEqual([...wordFields].sort());
  expect(numbers).toEqual(numberFields);
});

describe('what a filter finds', () => {
  test.each<readonly [OneList, string, readonly string[]]>([
    ['services', 'state:open', ['checkout']],
    ['services', 'state:closed', []],
    ['services', '-state:open', ['storefront']],
    ['services', 'flag:degraded', ['checkout']],
    ['services', 'dep:mail*', ['storefront']],
    ['services', 'err>20', ['checkout']],
    ['services', 'rps>0', ['checkout']],
    ['services', 'class:transient', []],
    ['resources', 'flag:instant', ['payments']],
    ['resources', 'flag:degraded dep:pay*', ['payments']],
    ['errors', 'dep:payments*', ['1:a']],
    ['errors', 'dep:mailer', []],
    ['errors', 'state:open flag:degraded', ['1:a']],
    ['flags', 'state:degraded svc:checkout', ['instant']],
    ['agents', 'state:lost', []],
    ['events', 'state:open name:payments', ['circuit_breaker.opened']],
    ['audit', 'svc:checkout name:payments instance:a', ['breaker.held_open']],
    ['audit', 'flag:instant', ['flag.cleared']],
    ['topology', 'state:open', ['payments-api']],
    ['topology', 'kind:circuit_breaker name:mail', ['mailer']],
    ['topology', 'err>20', ['payments-api']],
    ['tokens', 'state:live kind:ingest svc:shop*', ['robot']],
    ['tokens', '-state:live', ['old', 'gone']],
    ['tokens', 'state:revoked', ['gone']],
  ])('of the %s %s shows %j', (list, text, expected) => {
    expect(shown(list, text)).toEqual(expected);
  });
});
