import { expect, test } from 'vitest';
import { createStyle } from '../../../../cli/src/output/style.ts';
import { footerLine } from '../../../../cli/src/tui/rows/footer.ts';
import { helpLines } from '../../../../cli/src/tui/rows/help-lines.ts';
import { initialUi } from '../../../../cli/src/tui/model/ui-state.ts';

const style = createStyle('none', false);

test('keys and marks are whole at 60×15, with the way out below', () => {
  const lines = helpLines(60, style);
  expect(lines.length).toBeLessThanOrEqual(15 - 2);
  expect(lines.join('\n')).not.toContain('…');
  expect(lines.at(-1)).toContain('unknown: not connected');
  expect(footerLine({ ...initialUi, isHelpOpen: true }, 60, style).trim()).toBe('any key goes back');
});
