import path from 'node:path';
import type { Repository, Rule } from '../repository.ts';
import { codeOf, importsOf } from '../syntax.ts';

/** What is started or found by its name rather than imported. */
const entries: readonly RegExp[] = [
  /\.test\.tsx?$/,
  /\.config\.ts$/,
  /^(shared|agent|collector|examples\/[\w-]+)\/src\/index\.ts$/,
  /^agent\/src\/(checks|testing)\/index\.ts$/,
  /^cli\/(src\/main\.ts|bin\/holdfast\.mjs)$/,
  /^examples\/[\w-]+\/src\/([\w-]+\/)?main\.ts$/,
  /^dashboard\/src\/main\.tsx$/,
  /^dashboard\/src\/[\w-]+\.d\.ts$/,
  /^scripts\/[\w-]+\.mjs$/,
  /^test\/bench\/.+\.mjs$/,
  /^test\/[\w-]+\/programs\//,
];

export const unusedFiles: Rule = {
  name: 'every file is imported or an entry point',
  check: (repository) => {
    const used = importedFiles(repository);
    return codeOf(repository)
      .filter((file) => !used.has(file.path) && !entries.some((entry) => entry.test(file.path)))
      .map((file) => ({
        path: file.path,
        line: 1,
        problem: 'nobody imports this file',
        fix: 'remove it, or name it an entry in test/tidy/rules/unused-files.ts',
      }));
  },
};

function importedFiles(repository: Repository): Set<string> {
  return new Set(
    codeOf(repository).flatMap((file) =>
      importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => path.posix.join(path.posix.dirname(file.path), specifier)),
    ),
  );
}
