import { isSkewed } from '@holdfast/shared';
import { expect, test } from 'vitest';

test.each([
  [0, false],
  [5_000, false],
  [5_001, true],
  [-5_000, false],
  [-5_001, true],
])('a clock %i ms off is named only beyond five seconds', (clockOffsetMs, named) => {
  expect(isSkewed({ clockOffsetMs })).toBe(named);
});
