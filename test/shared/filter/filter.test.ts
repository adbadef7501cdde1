import {
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
  const parsed = parseFilter(text);
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
  ])('%s is wrong at character %i', (text, at, problem) => {
    expect(parseFilter(text)).toEqual({ ok: false, at, problem });
  });

  test('a filter that is too long is refused', () => {
    expect(parseFilter('x'.repeat(maxFilterLength + 1))).toMatchObject({ ok: false, at: maxFilterLength });
  });

  test('the problem stands under the character that has it', () => {
    expect(pointAt('svc:a err>x', { at: 10, problem: 'no' })).toBe('svc:a err>x\n          ^ no');
  });
});

test('no text makes the parser throw, and a problem lies within it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      const parsed = parseFilter(text);
      if (!parsed.ok) expect(parsed.at).toBeLessThanOrEqual(text.length);
    }),
  );
});
