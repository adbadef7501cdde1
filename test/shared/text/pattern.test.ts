import { fitsPattern } from '@holdfast/shared';
import { expect, test } from 'vitest';

test.each([
  ['checkout', 'checkout', true],
  ['checkout', 'checkout2', false],
  ['checkout', 'Checkout', false],
  ['*', 'anything at all', true],
  ['shop-*', 'shop-', true],
  ['shop-*', 'shop', false],
  ['*-api', 'payments-api', true],
  ['*-api', 'payments-api-2', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['shop.*', 'shopX', false],
])('the pattern %s and the text %s: %s', (pattern, service, expected) => {
  expect(fitsPattern(pattern, service)).toBe(expected);
});

test('a pattern of many stars is matched in no time', () => {
  expect(fitsPattern(`${'*a'.repeat(60)}*b`, 'a'.repeat(128))).toBe(false);
});
