import { expect, test } from 'vitest';
import { readHold, readInstant, readPeriod, readSpan } from '../../../cli/src/commands/time-options.ts';

const now = new Date(2026, 2, 1, 14, 2, 7).getTime();

test.each([
  ['15m', now - 900_000],
  ['15m ago', now - 900_000],
  ['1h 5m ago', now - 3_900_000],
  ['14:00', new Date(2026, 2, 1, 14, 0, 0).getTime()],
  ['14:00:30', new Date(2026, 2, 1, 14, 0, 30).getTime()],
  ['2026-01-31T14:30Z', Date.UTC(2026, 0, 31, 14, 30)],
  ['2026-01-31', new Date(2026, 0, 31).getTime()],
  ['2026-01-31T14:30', new Date(2026, 0, 31, 14, 30).getTime()],
  ['23:59', new Date(2026, 1, 28, 23, 59).getTime()],
  ['2026-01-31T16:30:00+02:00', Date.UTC(2026, 0, 31, 14, 30)],
  ['1769869800000', Date.UTC(2026, 0, 31, 14, 30)],
  ['2w', now - 1_209_600_000],
  ['10y ago', now - 315_360_000_000],
])('%s is an instant', (text, instant) => {
  expect(readInstant('--since', text, now)).toBe(instant);
});

test.each(['yesterday', '25:00', '1740000000', '2026-13-01', ''])('%j is none', (text) => {
  expect(() => readInstant('--since', text, now)).toThrow('--since must be');
});

test('the end of a period may be later today', () => {
  const today = new Date(2026, 2, 1, 23, 59).getTime();
  expect(readPeriod({ since: '22:00', until: '23:59' }, now).between).toEqual({
    since: new Date(2026, 1, 28, 22).getTime(),
    until: today,
  });
});

test('a period that ends before it begins is refused', () => {
  expect(() => readPeriod({ since: '5m', until: '10m' }, now)).toThrow('--since must be before --until');
});

test('a period is what both options say', () => {
  const { sinceAt, between } = readPeriod({ since: '10m', until: '5m' }, now);
  expect(sinceAt).toBe(now - 600_000);
  expect(between).toEqual({ since: now - 600_000, until: now - 300_000 });
  expect(readPeriod({}, now).between).toEqual({});
});

test('a hold is between a second and thirty days', () => {
  expect([readHold('1s'), readHold('30d')]).toEqual([1_000, 2_592_000_000]);
  expect(() => readHold('500ms')).toThrow('between 1 s and 30 d');
  expect(() => readHold('31d')).toThrow('--for must be');
});

test('a span names its option where it is wrong', () => {
  expect(() => readSpan('--timeout', 'long')).toThrow(
    "--timeout must be a span such as 30s, 15m or 1h30m (ms, s, m, h, d, w or y), got 'long'",
  );
});
