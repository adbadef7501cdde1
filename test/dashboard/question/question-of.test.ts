import { expect, test } from 'vitest';
import { askedIn, searchOf } from '../../../dashboard/src/question/asked.ts';
import { questionOf } from '../../../dashboard/src/question/question-of.ts';

test.each([
  ['', {}],
  ['?at=', {}],
  ['?q=', {}],
  ['?q=state:open%20svc:checkout', { q: 'state:open svc:checkout' }],
  ['?q=+state:open+', { q: 'state:open' }],
  ['?at=1780000000000', { at: '1780000000000', speed: 1 }],
  ['?at=2026-01-31T14:00:00Z&speed=10', { at: '2026-01-31T14:00:00Z', speed: 10 }],
  ['?q=free&at=1&speed=0.5', { q: 'free', at: '1', speed: 0.5 }],
])('the address %s asks for %o', (search, question) => {
  expect(questionOf(askedIn(search))).toEqual({ question });
});

test.each([
  ['?at=1&speed=fast', 'the query.speed must be a number, got "fast"'],
  ['?at=1&speed=9999', 'the query.speed must be between 0.1 and 600, got 9999'],
  ['?at=1&speed=0', 'the query.speed must be between 0.1 and 600, got 0'],
  ['?speed=10', '`speed` is that of a past, and `at` is missing'],
])('the address %s asks for now, and says why', (search, pastProblem) => {
  expect(questionOf(askedIn(search))).toEqual({ question: {}, pastProblem });
});

test('a filter that cannot be read is not asked for', () => {
  expect(questionOf(askedIn('?q=stat:open&at=1&speed=2'))).toEqual({ question: { at: '1', speed: 2 } });
});

test('the address keeps what it says beside the question', () => {
  const search = searchOf({ q: 'a b', at: '', speed: '' }, '?theme=dark&at=1&speed=2');
  expect(search).toBe('?theme=dark&q=a+b');
  expect(askedIn(search)).toEqual({ q: 'a b', at: '', speed: '' });
  expect(searchOf({ q: '', at: '', speed: '' }, '?q=a')).toBe('');
});
