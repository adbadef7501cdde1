import { expect, test } from 'vitest';
import { printable, printableJson } from '../../../cli/src/output/printable.ts';

test.each([
  ['\u001b]52;c;aGk=\u0007copied', ']52;c;aGk=copied'],
  ['\u001b[2Jgone', '[2Jgone'],
  ['\u009b31mred', '31mred'],
  ['two\nlines\tand a tab', 'two lines and a tab'],
  ['user\u202Egnp.exe', 'usergnp.exe'],
  ['größe 支払い', 'größe 支払い'],
])('%j cannot steer a terminal', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('JSON keeps such characters, escaped', () => {
  const text = 'a\u009b\u202E\u001b\u007f';
  const json = printableJson({ text });
  expect(json).toBe(String.raw`{"text":"a\u009b\u202e\u001b\u007f"}`);
  expect(JSON.parse(json)).toEqual({ text });
});
