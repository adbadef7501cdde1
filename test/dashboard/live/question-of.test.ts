import { expect, test } from 'vitest';
import { questionOf } from '../../../dashboard/src/live/question-of.ts';

test.each([
  ['', {}],
  ['?at=', {}],
  ['?speed=10', {}],
  ['?at=1780000000000', { at: '1780000000000', speed: 1 }],
  ['?at=2026-01-31T14:00:00Z&speed=10', { at: '2026-01-31T14:00:00Z', speed: 10 }],
  ['?at=1&speed=fast', { at: '1', speed: 1 }],
  ['?at=1&speed=9999', { at: '1', speed: 1 }],
])('the address %s asks for %o', (search, question) => {
  expect(questionOf(search)).toEqual(question);
});
