import { expect, test } from 'vitest';
import { breakerPath, formatBreakerAddress, parseBreakerAddress } from '../../../cli/src/client/address.ts';

test.each([
  ['checkout/payments', { service: 'checkout', name: 'payments' }],
  ['checkout/circuit_breaker/payments', { service: 'checkout', name: 'payments' }],
  ['checkout@c1/payments', { service: 'checkout', instance: 'c1', name: 'payments' }],
  ['checkout@host@7/payments', { service: 'checkout', instance: 'host@7', name: 'payments' }],
  ['payments', undefined],
  ['checkout/', undefined],
  ['/payments', undefined],
  ['checkout@/payments', undefined],
  ['a/b/c', undefined],
])('reads %s', (text, address) => {
  expect(parseBreakerAddress(text)).toEqual(address);
});

test('writes an address as it was typed, and its path escaped', () => {
  const address = { service: 'check out', instance: 'c1', name: 'a:b' };
  expect(formatBreakerAddress(address)).toBe('check out@c1/a:b');
  expect(breakerPath(address)).toBe('resources/check%20out/circuit_breaker/a%3Ab');
});
