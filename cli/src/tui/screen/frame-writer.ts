import { blank, type Cell, cellsOf } from './cells.ts';

/** Brings a terminal from one frame to the next. */
export interface FrameWriter {
  /** Shows a frame, its lines from the top: only the columns that changed are written. */
  draw(frame: string): void;
  /** Empties the screen: after a resize nothing is known of what stands on it. */
  clear(columns: number): void;
}

/** What stands between these is shown at once; a terminal that does not know them ignores them. */
const beginUpdate = '\u001b[?2026h';
const endUpdate = '\u001b[?2026l';
const eraseScreen = '\u001b[2J';
const eraseToEnd = '\u001b[K';
/** So many columns that did not change are cheaper to write again than to jump over. */
const jumpFrom = 6;

interface Line {
  readonly text: string;
  readonly cells: readonly Cell[];
}

export function createFrameWriter(write: (text: string) => void, columns: number): FrameWriter {
  let shown: readonly Line[] = [];
  let width = columns;

  return {
    draw(frame) {
      const texts = frame.split('\n');
      while (texts.length < shown.length) texts.push('');
      let changes = '';
      const lines = texts.map((text, row): Line => {
        const before = shown[row] ?? { text: '', cells: cellsOf('', width) };
        if (text === before.text) return before;
        const cells = cellsOf(text, width);
        changes += changesOf(before.cells, cells, row + 1);
        return { text, cells };
      });
      shown = lines;
      if (changes !== '') write(beginUpdate + changes + endUpdate);
    },
    clear(nextColumns) {
      shown = [];
      width = nextColumns;
      write(eraseScreen);
    },
  };
}

/** What to write so that a row shows `after` instead of `before`. It leaves the look plain. */
function changesOf(before: readonly Cell[], after: readonly Cell[], row: number): string {
  const end = contentEnd(after);
  let written = '';
  let look = '';
  let cursor = -1;
  for (let column = 0; column < end; column++) {
    if (isSame(before[column], after[column])) continue;
    const from = column - cursor < jumpFrom && cursor >= 0 ? cursor : startOf(after, column);
    if (from !== cursor) written += `\u001b[${row};${from + 1}H`;
    for (const cell of after.slice(from, column + 1)) {
      if (cell.look !== look) written += `\u001b[0${cell.look === '' ? '' : `;${cell.look}`}m`;
      look = cell.look;
      written += cell.text;
    }
    cursor = column + 1;
  }
  if (look !== '') written += '\u001b[0m';
  const hasTail = before.slice(end).some((cell) => !isSame(cell, blank));
  if (hasTail) written += `${cursor === end ? '' : `\u001b[${row};${end + 1}H`}${eraseToEnd}`;
  return written;
}

/** The column behind the last one that is not blank. */
function contentEnd(cells: readonly Cell[]): number {
  return cells.findLastIndex((cell) => !isSame(cell, blank)) + 1;
}

/** The second half of a wide character is written with its first. */
function startOf(cells: readonly Cell[], column: number): number {
  return cells[column]?.text === '' ? column - 1 : column;
}

function isSame(a: Cell | undefined, b: Cell | undefined): boolean {
  return a?.text === b?.text && a?.look === b?.look;
}
