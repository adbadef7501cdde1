import { tokenScopes } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { covers } from '../../../collector/src/auth/service-pattern.ts';
import { hashOf, idIn, isTokenOf, makeToken } from '../../../collector/src/auth/token-text.ts';

test.each(tokenScopes)('a token of the scope %s is proved by its hash', (scope) => {
  const { id, text, hash } = makeToken(scope);
  expect(text).toMatch(new RegExp(`^hf_${scope}_[0-9a-f]{16}_[0-9a-f]{64}_[0-9a-f]{8}$`));
  expect(idIn(text)).toBe(id);
  expect(isTokenOf(text, hash)).toBe(true);
  expect(isTokenOf(makeToken(scope).text, hash)).toBe(false);
  expect(isTokenOf(text, hashOf(text).subarray(1))).toBe(false);
});

test('a token with one wrong character is none', () => {
  const { text } = makeToken('read');
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === '1' ? '2' : '1';
    expect.soft(idIn(text.slice(0, at) + other + text.slice(at + 1)), `${at}`).toBeUndefined();
  }
  expect(idIn(text.replace('read', 'root'))).toBeUndefined();
  expect(idIn('')).toBeUndefined();
});

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
])('the pattern %s and the service %s: %s', (pattern, service, expected) => {
  expect(covers(pattern, service)).toBe(expected);
});

test('a pattern of many stars is matched in no time', () => {
  expect(covers(`${'*a'.repeat(60)}*b`, 'a'.repeat(128))).toBe(false);
});
