import { expect, test } from 'vitest';
import { cellsOf } from '../../../../cli/src/tui/screen/cells.ts';

const looks = (line: string): string[] => cellsOf(line, 3).map((cell) => `${cell.look}:${cell.text}`);

test.each([
  ['ab', [':a', ':b', ': ']],
  ['\u001b[1ma\u001b[22mb', ['1:a', ':b', ': ']],
  ['\u001b[38;2;1;2;3;7ma\u001b[39mb', ['7;38;2;1;2;3:a', '7:b', ': ']],
  ['\u001b[38;5;9ma\u001b[48;5;7mb', ['38;5;9:a', '38;5;9;48;5;7:b', ': ']],
  ['\u001b[4;31ma\u001b[24mb\u001b[0mc', ['4;31:a', '31:b', ':c']],
  ['\u001b[7;1ma\u001b[1;7mb', ['1;7:a', '1;7:b', ': ']],
  ['支a', [':支', ':', ':a']],
  ['e\u0301x', [':e\u0301', ':x', ': ']],
  ['abcd', [':a', ':b', ':c']],
])('%j is told apart by character and look', (line, cells) => {
  expect(looks(line)).toEqual(cells);
});
