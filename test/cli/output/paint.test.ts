import { describe, expect, test } from 'vitest';
import { colorLevelOf, createPaint } from '../../../cli/src/output/paint.ts';

describe('the colour level', () => {
  const terminal = { isTerminal: true, bits: 24, noColor: false, env: {} };

  test.each([
    ['a pipe', { isTerminal: false }, 'none'],
    ['a pipe with FORCE_COLOR', { isTerminal: false, env: { FORCE_COLOR: '1' } }, 'full'],
    ['a dumb terminal', { env: { TERM: 'dumb' } }, 'none'],
    ['--no-color', { noColor: true }, 'mono'],
    ['16 colours', { bits: 4 }, 'basic'],
    ['256 colours', { bits: 8 }, 'indexed'],
    ['all colours', {}, 'full'],
    ['a light ground', { env: { COLORFGBG: '0;15' } }, 'basic'],
  ] as const)('of %s', (_name, of, level) => {
    expect(colorLevelOf({ ...terminal, ...of })).toBe(level);
  });
});

test('every tone can be seen without colour where it must be', () => {
  const paint = createPaint('mono');
  expect(paint('alarm', 'O')).toBe('\u001b[1;7mO\u001b[0m');
  expect(paint('warn', 'H')).toBe('\u001b[4mH\u001b[0m');
  expect(paint('good', 'C')).toBe('C');
});

test('a pipe gets no escape sequences', () => {
  expect(createPaint('none')('alarm', 'O')).toBe('O');
});

test('a colour is told as well as the terminal understands it', () => {
  expect(createPaint('full')('good', 'C')).toBe('\u001b[38;2;108;218;206mC\u001b[0m');
  expect(createPaint('indexed')('good', 'C')).toBe('\u001b[38;5;116mC\u001b[0m');
  expect(createPaint('basic')('good', 'C')).toBe('\u001b[36mC\u001b[0m');
});
