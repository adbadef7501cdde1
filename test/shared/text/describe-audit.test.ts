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
  ['flag.set', 'recommendations set to off, was on'],
  ['flag.cleared', 'override of recommendations cleared, was on'],
  ['flag.expired', 'override of recommendations expired, was on'],
] as const)('tells %s in words', (action, words) => {
  expect(describeAudit({ ...entry, action })).toBe(words);
});

test.each([
  ['breaker.held_open', 'closed', 'checkout/payments held open, was closed'],
  ['breaker.disabled', 'half_open', 'checkout/payments bypassed, was half open'],
  ['breaker.closed', 'open', 'checkout/payments closed by hand, was open'],
  ['breaker.released', 'forced_open', 'checkout/payments released, was held open'],
  ['breaker.expired', 'disabled', 'hold on checkout/payments expired, was bypassed'],
  ['breaker.held_open', null, 'checkout/payments held open'],
] as const)('tells %s of a breaker that was %s', (action, from, words) => {
  expect(describeAudit({ ...entry, action, target: 'checkout/payments', from })).toBe(words);
});

test('a flag without an override before has no former value', () => {
  expect(describeAudit({ ...entry, from: null })).toBe('recommendations set to off');
});
