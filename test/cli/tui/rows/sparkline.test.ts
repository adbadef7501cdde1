import { expect, test } from 'vitest';
import { createPaint } from '../../../../cli/src/output/paint.ts';
import { sparkline } from '../../../../cli/src/tui/rows/sparkline.ts';

const plain = createPaint('none');
const spark = { calls: [0, 1, 4, 8, 8, 8], failed: [0, 0, 0, 0, 1, 8] };

test('a bar is as high as the calls of its slot', () => {
  expect(sparkline(spark, { paint: plain, ascii: false, width: 6 })).toBe(' ▂▅███');
});

test('failures tint it: some, or half and more', () => {
  const paint = createPaint('basic');
  expect(sparkline(spark, { paint, ascii: false, width: 6 })).toBe(
    '\u001b[90m ▂▅█\u001b[0m\u001b[33m█\u001b[0m\u001b[31m█\u001b[0m',
  );
});

test('in ASCII a slot that mostly failed is an X', () => {
  expect(sparkline(spark, { paint: plain, ascii: true, width: 6 })).toBe(' :+@@X');
});

test('neighbours are added up where there is less room', () => {
  expect(sparkline(spark, { paint: plain, ascii: false, width: 3 })).toBe('▁▇█');
});

test('no calls leave it blank', () => {
  const none = { calls: [0, 0, 0], failed: [0, 0, 0] };
  expect(sparkline(none, { paint: plain, ascii: false, width: 3 })).toBe('   ');
});
