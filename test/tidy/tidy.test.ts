import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { importTableAsMarkdown } from './import-table.ts';
import { findingsOf, readRepository, type Rule } from './repository.ts';
import { assertions } from './rules/assertions.ts';
import { bannedCalls } from './rules/banned-calls.ts';
import { unfinishedWork } from './rules/comments.ts';
import { indexes, namedExports } from './rules/exports.ts';
import { imports } from './rules/imports.ts';
import { headings, links } from './rules/markdown.ts';
import { packages } from './rules/packages.ts';
import { fileLength, functionLength, lineLength, parameterCount } from './rules/sizes.ts';
import { testTitles } from './rules/titles.ts';
import { units } from './rules/units.ts';
import { unusedFiles } from './rules/unused-files.ts';

const root = path.resolve(import.meta.dirname, '../..');

const rules: readonly Rule[] = [
  imports,
  bannedCalls,
  namedExports,
  indexes,
  unusedFiles,
  assertions,
  units,
  fileLength,
  functionLength,
  lineLength,
  parameterCount,
  testTitles,
  unfinishedWork,
  packages,
  headings,
  links,
];

describe('tidy', () => {
  const repository = readRepository(root);

  test.each(rules)('$name', (rule) => {
    const findings = findingsOf(rule, repository);
    if (findings.length > 0) expect.fail(`${findings.length} to mend\n${findings.join('\n')}\n`);
  });

  test('ARCHITECTURE.md shows the import table that is enforced', () => {
    expect(readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8')).toContain(importTableAsMarkdown());
  });
});
