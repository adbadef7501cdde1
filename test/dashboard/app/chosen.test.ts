import { describe, expect, test } from 'vitest';
import { addressOf, followWorst, hashOf, neighbour } from '../../../dashboard/src/app/chosen.ts';

describe('the breaker that the page follows', () => {
  test('is the worst', () => {
    expect(followWorst(undefined, { all: ['b', 'a'], problems: ['b'] })).toBe('b');
  });

  test('stays while it is a problem, though another became worse', () => {
    expect(followWorst('a', { all: ['b', 'a'], problems: ['b', 'a'] })).toBe('a');
  });

  test('changes to the worst once its own trouble is over', () => {
    expect(followWorst('a', { all: ['b', 'a'], problems: ['b'] })).toBe('b');
  });

  test('stays when all is well, and is replaced when it is gone', () => {
    expect(followWorst('a', { all: ['b', 'a'], problems: [] })).toBe('a');
    expect(followWorst('gone', { all: ['b', 'a'], problems: [] })).toBe('b');
    expect(followWorst('gone', { all: [], problems: [] })).toBeUndefined();
  });
});

test('moving stops at both ends and starts at the top', () => {
  const list = ['a', 'b', 'c'];
  expect(neighbour(list, 'a', 1)).toBe('b');
  expect(neighbour(list, 'c', 1)).toBe('c');
  expect(neighbour(list, 'a', -1)).toBe('a');
  expect(neighbour(list, undefined, 1)).toBe('a');
  expect(neighbour([], undefined, 1)).toBeUndefined();
});

describe('the chosen breaker in the address', () => {
  test.each(['checkout/circuit_breaker/payments', 'a b/circuit_breaker/ü(x)'])('%s comes back', (address) => {
    expect(addressOf(hashOf(address))).toBe(address);
  });

  test.each(['', '#', '#checkout', '#a/b/c', '#a/', '#%E0/b'])('%s is none', (hash) => {
    expect(addressOf(hash)).toBeUndefined();
  });
});
