import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { testWhere } from './needs.ts';

const declared: string[] = [];

testWhere()('what needs nothing runs everywhere', () => {
  declared.push('ran');
});

test('a test whose needs are there has run', () => {
  expect(declared).toEqual(['ran']);
});

testWhere('openssl')('what a machine has can be used', () => {
  expect(execFileSync('openssl', ['version'], { encoding: 'utf8' })).toContain('SSL');
});
