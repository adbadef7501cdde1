import { readFileSync } from 'node:fs';
import { errorClasses } from '@holdfast/shared';
import { describe, expect, test } from 'vitest';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const source = readFileSync(new URL('../../agent/src/errors.ts', import.meta.url), 'utf8');

/** The codes of the type, which is no value. */
const codes = [...source.matchAll(/\| '(HOLDFAST_\w+)'/g)].map(([, code]) => code);
const explained = [...page.matchAll(/^\| `(HOLDFAST_\w+)` \|/gm)].map(([, code]) => code);

describe('the page of errors', () => {
  test('it explains each code that there is, and no other', () => {
    expect(codes.length).toBeGreaterThan(10);
    expect(new Set(explained)).toEqual(new Set(codes));
    expect(explained).toHaveLength(codes.length);
  });

  test('it explains each class', () => {
    const classes = [...page.matchAll(/^\| `([a-z_]+)` \| (?:low|medium|high) \|/gm)].map(([, name]) => name);
    expect(new Set(classes)).toEqual(new Set(errorClasses));
  });
});
