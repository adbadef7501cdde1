import { describe, expect, test } from 'vitest';
import { draftOf, readDraft } from '../../../dashboard/src/acts/flag-draft.ts';
import { readDuration } from '../../../dashboard/src/acts/use-act-form.ts';

describe('the text of a flag value', () => {
  test.each([
    ['string', 'sql', 'sql'],
    ['number', 8, '8'],
    ['object', { limit: 3 }, '{"limit":3}'],
  ] as const)('a %s comes back as it went', (type, value, draft) => {
    expect(draftOf(value)).toBe(draft);
    expect(readDraft(type, draft)).toEqual({ ok: true, value });
  });

  test.each([
    ['number', 'eight', 'a number, please'],
    ['number', '"8"', 'a number, please'],
    ['object', '[1]', 'a JSON object such as {"limit": 3}, please'],
    ['object', 'null', 'a JSON object such as {"limit": 3}, please'],
  ] as const)('a %s is not %s', (type, draft, problem) => {
    expect(readDraft(type, draft)).toEqual({ ok: false, problem });
  });
});

describe('a duration', () => {
  test.each([
    ['15m', 900_000],
    ['1h 30m', 5_400_000],
  ])('%s is read', (input, value) => {
    expect(readDuration(input)).toEqual({ ok: true, value });
  });

  test.each([
    ['soon', 'such as 30s, 15m, 2h or 1d'],
    ['5ms', 'at least one second'],
    ['31d', 'at most 30 days'],
  ])('%s is refused with the rule', (input, problem) => {
    expect(readDuration(input)).toEqual({ ok: false, problem });
  });
});
