import { characterWidth } from '../../output/width.ts';

/** One column of the screen. */
export interface Cell {
  /** A character with what combines with it; empty behind a character that is two columns wide. */
  readonly text: string;
  /** The parameters of the escape sequence that sets its look from scratch; empty for plain text. */
  readonly look: string;
}

export const blank: Cell = { text: ' ', look: '' };

/** A line with escape sequences as `columns` cells. */
export function cellsOf(line: string, columns: number): Cell[] {
  const cells: Cell[] = [];
  let look = plain;
  for (const [token] of line.matchAll(tokens)) {
    if (token.startsWith('\u001b')) look = lookAfter(look, token.slice(2, -1));
    else if (cells.length < columns) add(cells, token, textOf(look));
  }
  while (cells.length < columns) cells.push(blank);
  return cells;
}

const tokens = /\u001b\[[0-9;]*m|./gsu;

function add(cells: Cell[], character: string, look: string): void {
  const width = characterWidth(character);
  const last = cells.at(-1);
  if (width === 0 && last !== undefined) cells[cells.length - 1] = { ...last, text: last.text + character };
  if (width > 0) cells.push({ text: character, look });
  if (width > 1) cells.push({ text: '', look });
}

interface Look {
  readonly attributes: readonly number[];
  readonly foreground: string;
  readonly background: string;
}

const plain: Look = { attributes: [], foreground: '', background: '' };

function textOf({ attributes, foreground, background }: Look): string {
  return [...attributes, foreground, background].filter((part) => part !== '').join(';');
}

/** What an SGR sequence leaves of a look. Knows what `paint` and Ink write. */
function lookAfter(before: Look, parameters: string): Look {
  const codes = parameters.split(';').map(Number);
  let look = before;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    const length = code === 38 || code === 48 ? (codes[at + 1] === 2 ? 5 : 3) : 1;
    look = withCode(look, code, codes.slice(at, at + length).join(';'));
    at += length - 1;
  }
  return look;
}

function withCode(look: Look, code: number, whole: string): Look {
  if (code === 0) return plain;
  if (code === 22) return without(look, 1, 2);
  if (code > 22 && code < 30) return without(look, code - 20);
  if (code === 39) return { ...look, foreground: '' };
  if (code === 49) return { ...look, background: '' };
  if (code < 10)
    return { ...look, attributes: [...without(look, code).attributes, code].sort((a, b) => a - b) };
  const isBackground = (code >= 40 && code < 49) || code >= 100;
  return isBackground ? { ...look, background: whole } : { ...look, foreground: whole };
}

function without(look: Look, ...codes: readonly number[]): Look {
  return { ...look, attributes: look.attributes.filter((code) => !codes.includes(code)) };
}
