import { expect, test } from 'vitest';
import { readReplay } from '../../../cli/src/commands/replay-options.ts';

const now = 1_780_000_000_000;

test.each([
  [{}, {}],
  [{ at: '10m ago' }, { at: String(now - 600_000), speed: 1 }],
  [
    { at: '1h', speed: '60' },
    { at: String(now - 3_600_000), speed: 60 },
  ],
  [
    { at: '2026-05-28T20:00:00Z', speed: '0.5' },
    { at: '1779998400000', speed: 0.5 },
  ],
])('%o asks for %o', (options, question) => {
  expect(readReplay(options, now)).toEqual(question);
});

test.each([
  [{ speed: '10' }, '--speed is for the past: give --at too'],
  [
    { at: 'soon' },
    '--at must be a span such as 15m (ms, s, m, h, d, w or y), a time such as 14:30 or a date such as' +
      " 2026-01-31T14:30Z, got 'soon'",
  ],
  [{ at: '2199-01-01' }, "--at must be in the past, got '2199-01-01'"],
  [{ at: '1h', speed: '0' }, "--speed must be a number from 0.1 to 600, got '0'"],
  [{ at: '1h', speed: 'fast' }, "--speed must be a number from 0.1 to 600, got 'fast'"],
])('%o is refused', (options, message) => {
  expect(() => readReplay(options, now)).toThrow(message);
});
