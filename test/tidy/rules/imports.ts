import path from 'node:path';
import { importTable, type ImportRow } from '../import-table.ts';
import type { Finding, Repository, Rule, SourceFile } from '../repository.ts';
import { codeOf, importsOf, type Import } from '../syntax.ts';

/** Holds the sources of each workspace to its row of the import table. */
export const imports: Rule = {
  name: 'each workspace imports what its row of the import table allows',
  check: (repository) =>
    importTable.flatMap((row) => {
      const files = codeOf(repository).filter((file) => file.path.startsWith(`${row.folder}/src/`));
      return files.flatMap((file) => importsOf(file).flatMap((one) => judge({ row, file, one, repository })));
    }),
};

interface Case {
  readonly row: ImportRow;
  readonly file: SourceFile;
  readonly one: Import;
  readonly repository: Repository;
}

function judge(found: Case): Finding[] {
  const [problem, fix] = found.one.specifier.startsWith('.') ? judgeRelative(found) : judgeName(found);
  return problem === undefined
    ? []
    : [{ path: found.file.path, line: found.one.line, problem, fix: fix ?? '' }];
}

function judgeRelative({ row, file, one, repository }: Case): [problem?: string, fix?: string] {
  const target = path.posix.join(path.posix.dirname(file.path), one.specifier);
  if (!target.startsWith(`${row.folder}/`)) {
    return [`${row.folder} reaches into ${target}`, 'import the workspace by its name'];
  }
  if (repository.has(target)) return [];
  return [`'${one.specifier}' names no file`, 'end the path in .ts, .tsx or whatever the file is called'];
}

function judgeName({ row, file, one }: Case): [problem?: string, fix?: string] {
  const { specifier } = one;
  const fix = 'do without, or justify a new edge in test/tidy/import-table.ts and ARCHITECTURE.md';
  if (specifier.startsWith('node:'))
    return row.node ? [] : [`${row.folder} may not import ${specifier}`, fix];
  if (row.workspaces.includes(specifier)) return [];
  const place = row.packages[packageOf(specifier)];
  if (place === undefined) return [`${row.folder} may not import ${specifier}`, fix];
  if (place === 'anywhere' || file.path.startsWith(`${row.folder}/${place}`)) return [];
  return [
    `${specifier} is imported outside of ${row.folder}/${place}`,
    'go through what that folder exports',
  ];
}

function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
