import type { ResourceView } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { breakerColumns, shownState } from '../../../cli/src/columns/breakers.ts';
import { breaker, fixtureAt, heldBreaker } from '../support/fleet.ts';

function cell(name: string, row: ResourceView): string | undefined {
  return breakerColumns(fixtureAt)
    .find((column) => column.name === name)
    ?.text(row);
}

test('a breaker of lost instances is unknown, whatever they said last', () => {
  const lost = breaker('a/b', 'open', { staleCount: 1 });
  expect(shownState(lost)).toBe('stale');
  expect(cell('state', lost)).toBe('? ? unknown');
  expect(cell('cause', lost)).toBe('no instance is connected');
});

test('a cause that holds for some instances says for how many', () => {
  const some = breaker('a/b', 'open', { instanceCount: 4, staleCount: 1 });
  expect(cell('cause', some)).toBe('1 of 3 instances: 60 % of 10 calls failed');
  expect(cell('instances', some)).toBe('3 of 4');
});

test('a hold names who, until when and why', () => {
  expect(cell('cause', heldBreaker('a/b'))).toMatch(/^held open by mia until \d\d:\d\d:07: maintenance$/);
});

test('a hold says where it holds and how many others there are', () => {
  const { breaker: held, ...rest } = heldBreaker('a/b', { instance: 'c5' });
  if (held?.override === undefined) throw new Error('the sample is not held');
  const two = { ...rest, breaker: { ...held, otherOverrides: [held.override] } };
  expect(cell('cause', two)).toMatch(/^held open by mia on c5 until .*: maintenance \(and 1 more hold\)$/);
});

test('a hold without a reason says that none was given', () => {
  expect(cell('cause', heldBreaker('a/b', { reason: '' }))).toMatch(/: no reason given$/);
});

test('a breaker that passes calls has no cause to tell', () => {
  expect(cell('cause', breaker('a/b'))).toBe('');
});
