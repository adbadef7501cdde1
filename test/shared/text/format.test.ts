import {
  formatDuration,
  formatMs,
  formatRate,
  formatRatio,
  formatTime,
  nearest,
  parseDuration,
} from '@holdfast/shared';
import { expect, test } from 'vitest';

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [42_900, '42 s'],
  [252_000, '4 m 12 s'],
  [900_000, '15 m'],
  [3_600_000, '1 h'],
  [86_400_000, '1 d'],
  [7_500_000, '2 h 5 m'],
  [273_600_000, '3 d 4 h'],
])('%d ms reads as %s', (duration, expected) => {
  expect(formatDuration(duration)).toBe(expected);
});

test.each([
  ['30s', 30_000],
  ['15m', 900_000],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['1.5 h', 5_400_000],
  ['2w', 1_209_600_000],
  ['1y', 31_536_000_000],
  ['15', undefined],
  ['soon', undefined],
  ['-5m', undefined],
])('"%s" parses to %s ms', (input, expected) => {
  expect(parseDuration(input)).toBe(expected);
});

test('a small share never reads as none, a large never as all', () => {
  expect([0, 0.004, 0.5, 0.996, 1].map(formatRatio)).toEqual(['0 %', '<1 %', '50 %', '>99 %', '100 %']);
});

test('latencies and rates keep three figures at most', () => {
  expect([0.42, 38.4, 2_000].map(formatMs)).toEqual(['0.4 ms', '38 ms', '2.00 s']);
  expect([0, 0.04, 3.14, 90, 1_234].map(formatRate)).toEqual(['0', '<0.1', '3.1', '90', '1.2 k']);
});

test('the nearest name is the one that was probably meant', () => {
  expect(nearest('recomendations', ['recommendations', 'user_reviews'])).toBe('recommendations');
  expect(nearest('zzz', ['recommendations'])).toBeUndefined();
});

test('a moment has its date unless it is of today', () => {
  const now = new Date(2026, 0, 31, 17, 40).getTime();
  expect(formatTime(new Date(2026, 0, 31, 0, 0, 7).getTime(), now)).toBe('00:00:07');
  expect(formatTime(new Date(2026, 1, 28, 17, 40).getTime(), now)).toBe('2026-02-28 17:40:00');
  expect(formatTime(new Date(2025, 0, 31, 17, 40).getTime(), now)).toBe('2025-01-31 17:40:00');
});
