import { tokenScopes } from '@holdfast/shared';
import { expect, test } from 'vitest';
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
