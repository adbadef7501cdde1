import { fieldsOf, filteredLists, numberFields, wordFields } from '@holdfast/shared';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');

test('the page tells the fields of every list', () => {
  const told = page.matchAll(/^\| ([a-z]+) \| ((?:`\w+` ?)+) \|$/gm);
  const rows = Object.fromEntries([...told].map(([, list, fields]) => [list, fields?.replaceAll('`', '')]));
  const known = filteredLists
    .filter((list) => list !== 'live feed')
    .map((list) => {
      const { words, numbers } = fieldsOf(list);
      const fields = [
        ...wordFields.filter((field) => words[field] !== undefined),
        ...numberFields.filter((field) => numbers.includes(field)),
      ];
      return [list, fields.join(' ')] as const;
    });
  expect(rows).toEqual(Object.fromEntries(known));
});
