import { expect, test } from 'vitest';
import { fit, textWidth, truncate, wrap } from '../../../cli/src/output/width.ts';

test.each([
  ['plain', 5],
  ['größe', 5],
  ['支払い', 6],
  ['e\u0301', 1],
  ['🔥', 2],
  ['▁▂▃', 3],
  ['', 0],
])('%s takes %d columns', (text, columns) => {
  expect(textWidth(text)).toBe(columns);
});

test.each([
  ['checkout', 8, 'checkout'],
  ['checkout', 5, 'chec…'],
  ['支払い', 4, '支…'],
  ['a b', 3, 'a b'],
  ['abc', 0, ''],
])('%s cut to %d columns is %s', (text, width, cut) => {
  expect(truncate(text, width)).toBe(cut);
});

test('fills up what is too short, on the wanted side', () => {
  expect([fit('ab', 4), fit('ab', 4, 'right'), fit('abcde', 4)]).toEqual(['ab  ', '  ab', 'abc…']);
});

test('breaks a paragraph at spaces and cuts longer words', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('a extraordinarily b', 6)).toEqual(['a', 'extra…', 'b']);
});
