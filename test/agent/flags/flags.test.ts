import type { FlagOverride } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';
import { createTestAgent } from '../support/agent.ts';

const start = 1_700_000_000_000;

function override(parts: Partial<FlagOverride>): FlagOverride {
  const rest = { setAt: start, expiresAt: start + 60_000, by: 'ana', reason: 'incident 7' };
  return { key: 'recommendations', value: false, ...rest, ...parts };
}

const bound = { defaultValue: true, degradedValue: false, bindings: [{ breaker: 'payments' }] };

describe('evaluation', () => {
  test('answers the default value, and why', async () => {
    const { agent } = await createTestAgent();
    agent.flags.define('colour', { defaultValue: 'blue' });
    expect(agent.flags.getStringValue('colour', 'red')).toBe('blue');
    expect(agent.flags.getStringDetails('colour', 'red')).toEqual({
      flagKey: 'colour',
      value: 'blue',
      variant: 'default',
      reason: 'STATIC',
    });
  });

  test('answers values of all four types', async () => {
    const { flags } = (await createTestAgent()).agent;
    flags.define('on', { defaultValue: true });
    flags.define('size', { defaultValue: 3 });
    flags.define('limits', { defaultValue: { depth: 2 } });
    expect(flags.getBooleanValue('on', false)).toBe(true);
    expect(flags.getNumberValue('size', 0)).toBe(3);
    expect(flags.getObjectValue('limits', {})).toEqual({ depth: 2 });
    expect(flags.getBooleanDetails('on', false).value).toBe(true);
    expect(flags.getNumberDetails('size', 0).value).toBe(3);
  });

  test('answers the fallback for a flag that nobody defined', async () => {
    const { flags } = (await createTestAgent()).agent;
    expect(flags.getBooleanValue('nope', true)).toBe(true);
    expect(flags.getBooleanDetails('nope', true)).toEqual({
      flagKey: 'nope',
      value: true,
      reason: 'ERROR',
      errorCode: 'FLAG_NOT_FOUND',
      errorMessage: 'no flag nope is defined here',
    });
  });

  test('answers the fallback where the type is another', async () => {
    const { flags } = (await createTestAgent()).agent;
    flags.define('on', { defaultValue: true });
    expect(flags.getStringValue('on', 'x')).toBe('x');
    expect(flags.getStringDetails('on', 'x')).toMatchObject({
      value: 'x',
      reason: 'ERROR',
      errorCode: 'TYPE_MISMATCH',
      errorMessage: 'on is a boolean, asked for as a string',
    });
  });
});

describe('bindings', () => {
  test('degrade a flag with the breaker, and restore it', async () => {
    const { agent } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    agent.flags.define('recommendations', bound);
    breaker.open('test');
    expect(agent.flags.getBooleanDetails('recommendations', true)).toMatchObject({
      value: false,
      variant: 'degraded',
      reason: 'DEGRADED',
    });
    breaker.halfOpen('test');
    expect(agent.flags.getBooleanValue('recommendations', true)).toBe(false);
    breaker.close('test');
    expect(agent.flags.getBooleanDetails('recommendations', false)).toMatchObject({
      value: true,
      reason: 'STATIC',
    });
  });

  test('tell the collector what happened and why', async () => {
    const { agent, clock, collector } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    agent.flags.define('recommendations', bound);
    breaker.open('test');
    await clock.advance(20);
    breaker.close('test');
    await clock.advance(20);
    const change = { flag: 'recommendations', from: true, to: false };
    expect(collector.events).toMatchObject([
      { kind: 'agent.started' },
      { kind: 'circuit_breaker.opened' },
      { kind: 'flag.degraded', ...change, cause: 'circuit_breaker/payments is open' },
      { kind: 'circuit_breaker.closed' },
      { kind: 'flag.restored', flag: 'recommendations', from: false, to: true, reason: 'STATIC' },
    ]);
    expect(collector.flags.get('recommendations')).toEqual({
      flag: 'recommendations',
      value: true,
      defaultValue: true,
      degradedValue: false,
      reason: 'STATIC',
      sinceAt: start + 20,
      bindings: ['circuit_breaker/payments'],
    });
  });

  test.each(['disable', 'metricsOnly'] as const)('do not act while the breaker is in %s', async (step) => {
    const { agent } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    agent.flags.define('recommendations', bound);
    breaker.forceOpen('test');
    expect(agent.flags.getBooleanValue('recommendations', true)).toBe(false);
    breaker[step]('test');
    expect(agent.flags.getBooleanValue('recommendations', false)).toBe(true);
  });

  test('wait for a breaker that is made later', async () => {
    const { agent } = await createTestAgent();
    agent.flags.define('recommendations', bound);
    agent.circuitBreaker('payments', { initialState: 'forced_open' });
    expect(agent.flags.getBooleanValue('recommendations', true)).toBe(false);
  });

  test('see the breaker inside a pipeline', async () => {
    const { agent } = await createTestAgent();
    const pipeline = agent.pipeline('payments', { circuitBreaker: {} });
    agent.flags.define('recommendations', bound);
    pipeline.circuitBreaker?.open('test');
    expect(agent.flags.getBooleanValue('recommendations', true)).toBe(false);
  });

  test('see a breaker that is open already', async () => {
    const { agent } = await createTestAgent();
    agent.circuitBreaker('payments').open('test');
    agent.flags.define('recommendations', bound);
    expect(agent.flags.getBooleanValue('recommendations', true)).toBe(false);
  });

  test('hold a flag down while one of many breakers is open', async () => {
    const { agent } = await createTestAgent();
    const [a, b] = [agent.circuitBreaker('a'), agent.circuitBreaker('b')];
    const definition = { defaultValue: 'rich', degradedValue: 'plain' };
    agent.flags.define('page', { ...definition, bindings: [{ breaker: 'a' }, { breaker: 'b' }] });
    agent.flags.define('other', { ...definition, bindings: [{ breaker: 'b' }] });
    a.open('test');
    b.open('test');
    a.close('test');
    expect(agent.flags.getStringValue('page', '')).toBe('plain');
    expect(agent.flags.getStringValue('other', '')).toBe('plain');
    b.close('test');
    expect(agent.flags.getStringValue('page', '')).toBe('rich');
  });

  test('act only once the breaker was open for holdMs', async () => {
    const { agent, clock } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    agent.flags.define('recommendations', { ...bound, bindings: [{ breaker: 'payments', holdMs: 5_000 }] });
    const value = (): boolean => agent.flags.getBooleanValue('recommendations', true);
    breaker.open('test');
    await clock.advance(4_999);
    expect(value()).toBe(true);
    breaker.close('test');
    breaker.open('test');
    await clock.advance(4_999);
    expect(value()).toBe(true);
    await clock.advance(1);
    expect(value()).toBe(false);
  });
});

describe('overrides', () => {
  test('come before an active binding and end by themselves', async () => {
    const { agent, clock, collector } = await createTestAgent();
    agent.flags.define('recommendations', bound);
    agent.circuitBreaker('payments').open('test');
    collector.desire({ flags: [override({ value: true })] });
    await clock.advance(0);
    expect(agent.flags.getBooleanDetails('recommendations', false)).toMatchObject({
      value: true,
      variant: 'override',
      reason: 'OVERRIDE',
    });
    await clock.advance(60_000);
    expect(agent.flags.getBooleanDetails('recommendations', true)).toMatchObject({
      value: false,
      reason: 'DEGRADED',
    });
  });

  test('are told with who, why and until when', async () => {
    const { agent, clock, collector } = await createTestAgent();
    agent.flags.define('recommendations', { defaultValue: true });
    collector.desire({ flags: [override({})] });
    await clock.advance(20);
    expect(collector.events.at(-1)).toMatchObject({
      kind: 'flag.changed',
      flag: 'recommendations',
      from: true,
      to: false,
      reason: 'OVERRIDE',
      cause: 'incident 7',
      attribution: { by: 'ana', reason: 'incident 7' },
      untilAt: start + 60_000,
    });
  });

  test('reach a flag that is defined after they were set', async () => {
    const { agent, clock, collector } = await createTestAgent();
    collector.desire({ flags: [override({})] });
    await clock.advance(0);
    agent.flags.define('recommendations', { defaultValue: true });
    expect(agent.flags.getBooleanValue('recommendations', true)).toBe(false);
    expect(collector.applied).toEqual([{ type: 'applied', version: 1, problems: [] }]);
  });

  test('of another type are refused by name and change nothing', async () => {
    const { agent, clock, collector } = await createTestAgent();
    agent.flags.define('recommendations', { defaultValue: true });
    collector.desire({ flags: [override({ value: 'off' })] });
    await clock.advance(0);
    expect(agent.flags.getBooleanValue('recommendations', false)).toBe(true);
    expect(collector.applied.at(-1)?.problems).toEqual([
      { target: 'recommendations', problem: 'must be a boolean, got a string' },
    ]);
  });
});

describe('listeners', () => {
  test('hear each change until they leave', async () => {
    const { agent } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    agent.flags.define('recommendations', bound);
    const heard: unknown[] = [];
    const leave = agent.flags.on('change', (change) => heard.push(change));
    breaker.open('test');
    leave();
    breaker.close('test');
    const cause = 'circuit_breaker/payments is open';
    expect(heard).toEqual([{ flag: 'recommendations', from: true, to: false, reason: 'DEGRADED', cause }]);
  });

  test('that throw harm nobody', async () => {
    const { agent, faults } = await createTestAgent();
    const breaker = agent.circuitBreaker('payments');
    agent.flags.define('recommendations', bound);
    agent.flags.on('change', () => {
      throw new Error('listener');
    });
    breaker.open('test');
    expect(agent.flags.getBooleanValue('recommendations', true)).toBe(false);
    expect(faults).toEqual([new Error('listener')]);
  });
});

describe('definitions', () => {
  test('may be repeated, but not altered', async () => {
    const { flags } = (await createTestAgent()).agent;
    flags.define('recommendations', bound);
    flags.define('recommendations', { ...bound });
    expect(() => flags.define('recommendations', { defaultValue: false })).toThrow(
      'flag `recommendations` is defined already, with another definition',
    );
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['no default', {}, /^`flags\.f\.defaultValue` must be true or false, a string.*got nothing$/],
    ['a function', { defaultValue: () => 1 }, /got a function$/],
    ['a number that is none', { defaultValue: Number.NaN }, /must be a finite number/],
    ['too much text', { defaultValue: 'x'.repeat(5_000) }, /must be at most 4096 bytes of JSON/],
    ['two types', { defaultValue: true, degradedValue: 'off' }, /degradedValue` must be a boolean like/],
    [
      'bindings without a value',
      { defaultValue: true, bindings: [{ breaker: 'b' }] },
      /must be a boolean like `defaultValue`, got nothing/,
    ],
    ['bindings that are none', { ...bound, bindings: 'b' }, /bindings` must be an array, got "b"/],
    ['a binding to nothing', { ...bound, bindings: [{ breaker: '' }] }, /bindings\[0\]\.breaker` must be/],
    ['an unknown field', { ...bound, default: true }, /`flags\.f\.default` is not an option; did you mean/],
  ])('with %s are refused', async (_what, definition, message) => {
    const { flags } = (await createTestAgent()).agent;
    expect(() => Reflect.apply(flags.define, flags, ['f', definition])).toThrow(message);
  });
});
