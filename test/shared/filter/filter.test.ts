import {
  errorClasses,
  type FilterSubject,
  matchesFilter,
  maxFilterLength,
  numberFields,
  parseFilter,
  pointAt,
  wordFields,
} from '@holdfast/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const payments: FilterSubject = {
  words: {
    state: ['open'],
    svc: ['checkout'],
    dep: ['payments-api'],
    class: ['transient'],
    flag: ['instant_payment', 'degraded'],
    env: ['production'],
    name: ['payments'],
  },
  numbers: { err: 60, rps: 12, p99: 800 },
  text: ['60 % of 10 calls failed'],
};

function isShown(text: string): boolean {
  const parsed = parseFilter(text, 'live feed');
  if (!parsed.ok) throw new Error(parsed.problem);
  return matchesFilter(parsed.filter, payments);
}

describe('matching', () => {
  test.each([
    'state:open svc:checkout dep:payments* class:transient err>20 p99>500 rps>1 flag:degraded -env:dev',
    '',
    'state:half_open,open',
    'STATE:open'.toLowerCase(),
    'svc:CHECKOUT',
    'dep:*api',
    'dep:pay*-*',
    'name:*',
    'p99>500ms',
    'p99<1s',
    'err>=60%',
    'rps=12',
    'calls failed',
    '"of 10 calls"',
    '-refused',
    '-p50>1',
  ])('shows the breaker for %s', (text) => {
    expect(isShown(text)).toBe(true);
  });

  test.each([
    'state:closed',
    'dep:payments',
    '-svc:checkout',
    'err>60',
    'p50>1',
    'p50<1',
    'name:p*x',
    'refused',
  ])('hides the breaker for %s', (text) => {
    expect(isShown(text)).toBe(false);
  });
});

describe('problems', () => {
  test.each([
    ['sate:open', 0, 'there is no field `sate`: did you mean state?'],
    [
      'svc:a zzzzzz:1',
      6,
      `there is no field \`zzzzzz\`: one of ${[...wordFields, ...numberFields].join(', ')}`,
    ],
    ['err>much', 4, '`err` needs a percentage such as 20, got much'],
    ['p99>', 4, '`p99` needs milliseconds such as 500, or 500ms or 2s, got nothing'],
    ['rps>1%', 4, '`rps` needs a number such as 1.5, got 1%'],
    ['-state>3', 6, '`state` is a word: write state:VALUE'],
    ['state:', 6, 'a value is missing after state:'],
    ['svc:a "b c', 6, 'this quote is never closed'],
    ['state:open,', 11, 'a value is missing after state:'],
    ['state:opn', 6, '`state` is never opn: did you mean open?'],
    ['state:"half_open",clsed', 18, '`state` is never clsed: did you mean closed?'],
    ['-class:*tent', 7, `\`class\` is never *tent: one of ${errorClasses.join(', ')}`],
  ])('%s is wrong at character %i', (text, at, problem) => {
    expect(parseFilter(text, 'live feed')).toEqual({ ok: false, at, problem });
  });

  test.each([
    [
      'errors',
      'rps>1',
      0,
      '`rps` is no field of the errors; there are state, svc, dep, class, kind, name, flag, env',
    ],
    [
      'flags',
      'svc:a -dep:b',
      7,
      '`dep` is no field of the flags; there are state, svc, name, flag, env, instance, by',
    ],
    ['agents', 'state:open', 6, '`state` is never open: one of connected, awaited, lost'],
    ['audit', 'zzzzz:x', 0, 'there is no field `zzzzz`: one of svc, kind, name, flag, instance, by'],
    [
      'events',
      'kind:circut_breaker.opened',
      5,
      '`kind` is never circut_breaker.opened: did you mean circuit_breaker.opened?',
    ],
  ] as const)('of the %s, %s is wrong at character %i', (list, text, at, problem) => {
    expect(parseFilter(text, list)).toEqual({ ok: false, at, problem });
  });

  test('a filter that is too long is refused', () => {
    expect(parseFilter('x'.repeat(maxFilterLength + 1), 'flags')).toMatchObject({
      ok: false,
      at: maxFilterLength,
    });
  });

  test('the problem stands under the character that has it', () => {
    expect(pointAt('svc:a err>x', { at: 10, problem: 'no' })).toBe('svc:a err>x\n          ^ no');
  });
});

test('no text makes the parser throw, and a problem lies within it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      const parsed = parseFilter(text, 'live feed');
      if (!parsed.ok) expect(parsed.at).toBeLessThanOrEqual(text.length);
    }),
  );
});
