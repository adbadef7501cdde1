import { describe, expect, test } from 'vitest';
import type { Column } from '../../../cli/src/output/columns.ts';
import { type Format, formatItem, formatLine, formatList } from '../../../cli/src/output/print.ts';
import { createStyle } from '../../../cli/src/output/style.ts';

interface Row {
  readonly name: string;
  readonly ratio: number;
}
const columns: readonly Column<Row>[] = [
  { name: 'name', text: (row) => row.name, elastic: true },
  {
    name: 'failure_ratio',
    text: (row) => `${row.ratio * 100} %`,
    plain: (row) => row.ratio,
    align: 'right',
    wideOnly: true,
  },
  { name: 'note', text: (row) => `about ${row.name}` },
];
const rows: readonly Row[] = [
  { name: 'payments', ratio: 0.5 },
  { name: 'a', ratio: 1 },
];
const plain = createStyle('none', false);
const as = (format: Format, width?: number) => ({
  format,
  style: plain,
  ...(width === undefined ? {} : { width }),
});

describe('one declaration of columns', () => {
  test('makes a table without what is only for wide ones', () => {
    expect(formatList(columns, rows, as('table'))).toBe(
      ['NAME      NOTE', 'payments  about payments', 'a         about a', ''].join('\n'),
    );
  });

  test('makes a wide table with all of it', () => {
    expect(formatList(columns, rows, as('wide'))).toBe(
      [
        'NAME      FAILURE RATIO  NOTE',
        'payments           50 %  about payments',
        'a                 100 %  about a',
        '',
      ].join('\n'),
    );
  });

  test('makes JSON, one document or one a line, of the rows themselves', () => {
    expect(JSON.parse(formatList(columns, rows, as('json')))).toEqual(rows);
    expect(formatList(columns, rows, as('ndjson'))).toBe(
      '{"name":"payments","ratio":0.5}\n{"name":"a","ratio":1}\n',
    );
  });

  test('makes CSV with plain values', () => {
    expect(formatList(columns, rows, as('csv'))).toBe(
      'name,failure_ratio,note\r\npayments,0.5,about payments\r\na,1,about a\r\n',
    );
  });

  test('makes a line a field of one thing', () => {
    expect(formatItem(columns, { name: 'a', ratio: 1 }, as('table'))).toBe(
      'name           a\nfailure ratio  100 %\nnote           about a\n',
    );
  });

  test('makes a line of a list that grows', () => {
    expect(formatLine(columns, { name: 'a', ratio: 1 }, as('table'))).toBe('a  about a\n');
    expect(formatLine(columns, { name: 'a', ratio: 1 }, as('csv'))).toBe('a,1,about a\r\n');
  });
});

test('a table is cut to the terminal, its longest columns first', () => {
  const table = formatList(columns, rows, as('table', 20));
  expect(table.split('\n').map((line) => line.length)).toEqual([14, 20, 17, 0]);
  expect(table).toContain('about pay…');
});

test('CSV quotes what needs it, and disarms what a spreadsheet would run', () => {
  const list = formatList(columns, [{ name: '=1+1, "x"', ratio: 0 }], as('csv'));
  expect(list.split('\r\n')[1]).toBe(`"'=1+1, ""x""",0,"about =1+1, ""x"""`);
});

test('an empty list is an empty JSON array, and a CSV header', () => {
  expect(formatList(columns, [], as('json'))).toBe('[]\n');
  expect(formatList(columns, [], as('csv'))).toBe('name,failure_ratio,note\r\n');
});
