import { describe, expect, test } from 'vitest';
import {
  createAgent,
  CriticalError,
  PartialOutageError,
  type PropagationRule,
  ResilienceError,
  TransientError,
} from '@holdfast/agent';
import { FakeClock } from '@holdfast/agent/testing';
import { createTestAgent } from '../support/agent.ts';

function local(propagation: readonly PropagationRule[] = []): ReturnType<typeof createAgent> {
  return createAgent({ service: 'shop', collector: false, clock: new FakeClock(), propagation });
}

function withCode(code: string): Error {
  return Object.assign(new Error('failed'), { code });
}

const source = { service: 's', primitive: 'bulkhead', name: 'b' } as const;

describe('the built-in rules', () => {
  test.each<[string, unknown, readonly string[], string]>([
    ['transient', new TransientError('x'), ['retry', 'fallback'], 'transient'],
    ['partial outage', new PartialOutageError('x'), ['fallback'], 'partial_outage'],
    ['critical', new CriticalError('x'), ['trip', 'propagate'], 'critical'],
    ['unknown', new Error('?'), ['report', 'propagate'], 'unknown'],
    ['a refused connection', withCode('ECONNREFUSED'), ['retry', 'fallback'], 'partial_outage'],
    ['throttled', { status: 429 }, ['retry', 'fallback'], 'throttled'],
    ["the caller's mistake", { status: 404 }, ['propagate'], 'caller'],
    ['a cancelled call', new DOMException('x', 'AbortError'), ['ignore', 'propagate'], 'cancelled'],
    [
      'an own rejection',
      new ResilienceError({ code: 'HOLDFAST_BULKHEAD_FULL', message: 'full', source }),
      ['fallback'],
      'rejected',
    ],
    ['a mistake in the program', new TypeError('x'), ['report', 'propagate'], 'a mistake in the program'],
    ['our own exhaustion', withCode('EMFILE'), ['retry', 'propagate'], 'critical on our own side'],
    ['a full disk', withCode('ENOSPC'), ['propagate'], 'critical on our own side'],
    ['an expired certificate', withCode('CERT_HAS_EXPIRED'), ['trip', 'propagate'], 'critical'],
  ])('%s', (_what, error, actions, name) => {
    expect(local().explain(error)).toMatchObject({ actions, rule: { name, builtIn: true } });
  });
});

describe('rules of the host', () => {
  test('the first that matches decides alone', () => {
    const agent = local([
      {
        name: 'late stock',
        match: { dependency: 'stock*', class: ['transient', 'unknown'] },
        actions: ['retry'],
      },
      { match: { class: 'unknown' }, actions: ['trip', 'fallback'] },
    ]);
    const error = new Error('?');
    expect(agent.explain(error, { dependency: 'stock-api' })).toMatchObject({
      rule: { name: 'late stock', index: 0, builtIn: false },
      actions: ['retry'],
    });
    expect(agent.explain(error, { dependency: 'prices' })).toMatchObject({
      rule: { name: 'rule 2', index: 1 },
      actions: ['trip', 'fallback'],
    });
    expect(agent.explain({ status: 429 }, { dependency: 'stock' }).rule.builtIn).toBe(true);
  });

  test.each<[PropagationRule['match'], boolean]>([
    [{ severity: 'medium' }, true],
    [{ severity: 'low' }, false],
    [{ code: 'HTTP_503' }, true],
    [{ code: ['HTTP_500', 'HTTP_5*'] }, true],
    [{ code: 'HTTP_50' }, false],
    [{ name: 'StoreError' }, true],
    [{ name: 'Error' }, false],
    [{ operation: 'GET *' }, true],
    [{ pipeline: 'stock', operation: 'POST *' }, false],
    [{ pipeline: 'stock' }, true],
    [{ dependency: '*' }, false],
    [({ classification }) => classification.retryAfterMs === undefined, true],
  ])('%o matches: %s', (match, matches) => {
    const agent = local([{ name: 'own', match, actions: ['ignore'] }]);
    const error = Object.assign(new Error('x'), { name: 'StoreError', status: 503 });
    const { rule } = agent.explain(error, { pipeline: 'stock', operation: 'GET /stock' });
    expect(rule.name === 'own').toBe(matches);
  });

  test('a question that throws is reported and does not match', async () => {
    const match = (): never => {
      throw new Error('no');
    };
    const { agent, faults } = await createTestAgent({ propagation: [{ match, actions: ['ignore'] }] });
    expect(agent.explain(new Error('?')).rule.name).toBe('unknown');
    expect(faults).toHaveLength(1);
  });

  test.each<[unknown, string]>([
    [{}, '`propagation` must be an array'],
    [[{ actions: ['retry'] }], '`propagation[0].match` must be an object'],
    [[{ match: {}, actions: ['retry'] }], '`propagation[0].match` must name at least one of class, severity'],
    [
      [{ match: { clas: 'x' }, actions: ['retry'] }],
      '`propagation[0].match.clas` is not an option; did you mean `class`?',
    ],
    [
      [{ match: { class: 'fatal' }, actions: ['retry'] }],
      '`propagation[0].match.class` must be one of transient,',
    ],
    [
      [{ match: { class: ['caller', 1] }, actions: ['retry'] }],
      '`propagation[0].match.class[1]` must be one of',
    ],
    [
      [
        { match: { code: 'x' }, actions: ['retry'] },
        { match: { code: 'x' }, actions: ['retyr'] },
      ],
      '`propagation[1].actions[0]` must be one of retry, fallback, trip, propagate, ignore, report, ' +
        '{ degrade }, got "retyr"; did you mean "retry"?',
    ],
    [[{ match: { code: 'x' }, actions: [] }], '`propagation[0].actions` must hold at least one action'],
    [
      [{ match: { code: 'x' }, actions: ['fallback', 'propagate'] }],
      'must not hold both fallback and propagate',
    ],
    [[{ match: { code: 'x' }, actions: ['ignore', 'trip'] }], 'must not hold both trip and ignore'],
    [
      [{ match: { code: 'x' }, actions: [{ degrade: 1 }] }],
      '`propagation[0].actions[0].degrade` must be a string',
    ],
    [
      [{ match: { code: 'x' }, actions: [{ degrade: 'a', forMs: 0 }] }],
      '`propagation[0].actions[0].forMs` must be between 1',
    ],
    [
      [{ match: { code: 'x' }, action: ['retry'] }],
      '`propagation[0].action` is not an option; did you mean `actions`?',
    ],
  ])('%o are refused', (rules, problem) => {
    expect(() => local(rules as PropagationRule[])).toThrow(problem);
  });
});

describe('replacing the rules', () => {
  test('other rules hold from the next error on; the change is told', async () => {
    const { agent, clock, collector } = await createTestAgent();
    agent.propagation.replace([{ name: 'all', match: { class: 'unknown' }, actions: ['ignore'] }]);
    expect(agent.explain(new Error('?')).rule.name).toBe('all');
    expect(agent.propagation.rules).toHaveLength(1);
    await clock.advance(1_000);
    const changes = collector.events.filter(({ kind }) => kind === 'config.changed');
    expect(changes).toMatchObject([{ changes: ['propagation[0]: none → all: {"class":"unknown"} ignore'] }]);
  });

  test('wrong rules are refused and change nothing', () => {
    const agent = local([{ name: 'first', match: () => true, actions: ['ignore'] }]);
    expect(() => agent.propagation.replace([{ match: () => true, actions: [] }])).toThrow(
      '`rules[0].actions` must hold at least one action',
    );
    expect(agent.explain(new Error('?')).rule.name).toBe('first');
  });
});

describe('an explanation', () => {
  test.each<[unknown, string]>([
    [
      new TransientError('x'),
      'transient, severity low: thrown as TransientError. ' +
        'By the built-in rule "transient": retry, let the fallback answer.',
    ],
    [
      withCode('ECONNRESET'),
      'transient, severity low: code ECONNRESET. ' +
        'By the built-in rule "transient": retry where it is idempotent, let the fallback answer.',
    ],
  ])('%o is told in words', (error, text) => {
    expect(local().explain(error).text).toBe(text);
  });

  test('a rule of the host is named with its place', () => {
    const agent = local([
      {
        name: 'search',
        match: { class: 'unknown' },
        actions: ['report', { degrade: 'search', forMs: 5_000 }],
      },
    ]);
    expect(agent.explain(new Error('?')).text).toMatch(
      /By rule 1 of this service, "search": report it, degrade the flag search for 5 s\.$/,
    );
  });
});

describe('a rule that degrades a flag', () => {
  const propagation: PropagationRule[] = [
    { match: { class: 'partial_outage' }, actions: ['fallback', { degrade: 'express', forMs: 5_000 }] },
  ];
  const refused = withCode('ECONNREFUSED');

  test('it is degraded until no such error has come for a while', async () => {
    const { agent, clock, collector } = await createTestAgent({ propagation });
    agent.flags.define('express', { defaultValue: true, degradedValue: false });
    agent.report(refused);
    expect(agent.flags.getBooleanDetails('express', true)).toMatchObject({
      value: false,
      reason: 'DEGRADED',
    });
    await clock.advance(4_000);
    agent.report(refused);
    await clock.advance(4_999);
    expect(agent.flags.getBooleanValue('express', true)).toBe(false);
    await clock.advance(1);
    expect(agent.flags.getBooleanValue('express', true)).toBe(true);
    await clock.advance(1_000);
    const told = collector.events.filter(({ kind }) => kind.startsWith('flag.'));
    expect(told).toMatchObject([
      { kind: 'flag.degraded', flag: 'express', cause: 'partial_outage error (ECONNREFUSED)' },
      { kind: 'flag.restored', flag: 'express' },
    ]);
  });

  test('explaining degrades nothing', async () => {
    const { agent } = await createTestAgent({ propagation });
    agent.flags.define('express', { defaultValue: true, degradedValue: false });
    agent.explain(refused);
    expect(agent.flags.getBooleanValue('express', true)).toBe(true);
  });

  test('a flag that cannot be degraded is reported once', async () => {
    const { agent, faults } = await createTestAgent({ propagation });
    agent.report(refused);
    agent.report(refused);
    expect(faults).toMatchObject([
      { message: 'a propagation rule degrades the flag `express`, which is not defined' },
    ]);
  });
});
