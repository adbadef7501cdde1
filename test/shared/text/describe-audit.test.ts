import { type AuditEntry, describeAudit } from '@holdfast/shared';
import { expect, test } from 'vitest';

const entry: AuditEntry = {
  id: 1,
  at: 0,
  version: 1,
  action: 'flag.set',
  target: 'recommendations',
  from: true,
  to: false,
  by: 'mia',
  via: 'cli',
  reason: 'load',
};

test.each([
  ['flag.set', 'recommendations', 'recommendations set to off, was on'],
  ['flag.cleared', 'recommendations', 'override of recommendations cleared, was on'],
  ['flag.expired', 'recommendations', 'override of recommendations expired, was on'],
  ['breaker.held_open', 'checkout/payments', 'checkout/payments held open'],
  ['breaker.disabled', 'checkout/payments', 'checkout/payments bypassed'],
  ['breaker.closed', 'checkout/payments', 'checkout/payments closed by hand'],
  ['breaker.released', 'checkout/payments', 'checkout/payments released'],
  ['breaker.expired', 'checkout/payments', 'hold on checkout/payments expired'],
] as const)('tells %s in words', (action, target, words) => {
  expect(describeAudit({ ...entry, action, target })).toBe(words);
});

test('a flag without an override before has no former value', () => {
  expect(describeAudit({ ...entry, from: null })).toBe('recommendations set to off');
});
