import { expect, test } from 'vitest';
import { flagRowView } from '../../../dashboard/src/flags/flag-row-view.ts';
import { failingFleet } from '../sample-fleet.ts';

const rows = new Map(failingFleet().flags.map((flag) => [flag.key, flagRowView(flag)]));

test('a degraded switch says so, why, and what a toggle would set', () => {
  expect(rows.get('recommendations')).toMatchObject({
    isSwitch: true,
    isOn: false,
    next: true,
    value: 'off',
    reasonWords: 'degraded',
    cause: 'checkout/payments is open',
    bindings: ['checkout/payments'],
  });
});

test('an override names its author', () => {
  expect(rows.get('user_reviews')?.override?.by).toBe('ana');
});

test('an override without a reason says that none was given', () => {
  const flag = failingFleet().flags.find(({ key }) => key === 'user_reviews');
  if (flag?.override === undefined) throw new Error('the sample has no override');
  expect(flagRowView({ ...flag, override: { ...flag.override, reason: '' } }).cause).toBe('no reason given');
});

test('a flag that is no switch starts from its present value', () => {
  expect(rows.get('page_size')).toMatchObject({ isSwitch: false, next: 24, value: '24' });
});

test('instances that differ are named with their values', () => {
  const [flag] = failingFleet().flags;
  if (flag === undefined) throw new Error('the sample has no flag');
  expect(flagRowView({ ...flag, mixed: true }).differing).toEqual([
    'storefront@storefront-1 on',
    'storefront@storefront-2 on',
  ]);
});
