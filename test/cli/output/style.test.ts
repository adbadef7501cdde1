import { breakerStates } from '@holdfast/shared';
import { expect, test } from 'vitest';
import { createStyle, speaksUnicode, stateMark } from '../../../cli/src/output/style.ts';

test('every state has a mark of its own, in ASCII too', () => {
  const states = [...breakerStates, 'stale'] as const;
  expect(new Set(states.map((state) => stateMark(state, false))).size).toBe(states.length);
  expect(new Set(states.map((state) => stateMark(state, true))).size).toBe(states.length);
});

test('ASCII turns every other character into one of its own width', () => {
  const { clean } = createStyle('none', true);
  expect(clean('■ 1 of 3 · größe… ×10')).toBe('X 1 of 3 - gr??e~ x10');
});

test.each([
  [{ LANG: 'en_GB.UTF-8' }, true],
  [{ LANG: 'C' }, false],
  [{ LC_ALL: 'POSIX', LANG: 'en_GB.UTF-8' }, false],
  [{}, true],
])('the locale %j promises UTF-8: %s', (env, promised) => {
  expect(speaksUnicode(env)).toBe(promised);
});
