import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPaint, type Tone } from '../../../../cli/src/output/paint.ts';
import { createFrameWriter } from '../../../../cli/src/tui/screen/frame-writer.ts';
import { TerminalDouble } from '../../support/terminal-double.ts';

const columns = 12;
const rows = 4;
const paint = createPaint('full');
const tones: readonly Tone[] = ['plain', 'alarm', 'quiet', 'good', 'heading'];
const piece = fc.tuple(
  fc.constantFrom(...tones),
  fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'b', ' ', '▁', '█', '·') }),
);
const line = fc
  .array(piece, { maxLength: 3 })
  .map((pieces) => pieces.map(([tone, text]) => paint(tone, text)).join(''));
const frame = fc.array(line, { maxLength: rows }).map((lines) => lines.join('\n'));

test('any frame after any other shows as if it were the first', () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), (frames) => {
      const terminal = new TerminalDouble(columns, rows);
      const writer = createFrameWriter(terminal.write, columns);
      for (const one of frames) writer.draw(one);
      const fresh = new TerminalDouble(columns, rows);
      createFrameWriter(fresh.write, columns).draw(frames.at(-1) ?? '');
      expect(terminal.looks()).toEqual(fresh.looks());
    }),
  );
});

test('writes only the columns that changed', () => {
  const written: string[] = [];
  const writer = createFrameWriter((text) => void written.push(text), 40);
  writer.draw('checkout/payments    4 m 11 s    60 %\nno change');
  writer.draw('checkout/payments    4 m 12 s    60 %\nno change');
  expect(written[1]).toBe('\u001b[?2026h\u001b[1;27H2\u001b[?2026l');
});

test('writes nothing where nothing changed', () => {
  const written: string[] = [];
  const writer = createFrameWriter((text) => void written.push(text), 40);
  writer.draw('a');
  writer.draw('a');
  expect(written).toHaveLength(1);
});

test('takes away the rest of a line, and gone lines', () => {
  const terminal = new TerminalDouble(columns, rows);
  const writer = createFrameWriter(terminal.write, columns);
  writer.draw('abcdefghijkl\nsecond\nthird');
  writer.draw('abc');
  expect(terminal.text()).toEqual(['abc', '', '', '']);
});

test('a wide character takes its second column with it', () => {
  const written: string[] = [];
  const writer = createFrameWriter((text) => void written.push(text), 10);
  writer.draw('支ab');
  writer.draw('払ab');
  expect(written[1]).toBe('\u001b[?2026h\u001b[1;1H払\u001b[?2026l');
});

test('after a resize all is drawn anew', () => {
  const terminal = new TerminalDouble(columns, rows);
  const writer = createFrameWriter(terminal.write, columns);
  writer.draw('one\ntwo');
  writer.clear(6);
  expect(terminal.text()).toEqual(['', '', '', '']);
  writer.draw('one\ntwo');
  expect(terminal.text()).toEqual(['one', 'two', '', '']);
});
