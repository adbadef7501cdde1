import ts from 'typescript';
import type { Rule } from '../repository.ts';
import { codeOf, lineOf, nodesOf } from '../syntax.ts';

const configFile = /(^|\/)[\w-]+\.config\.ts$/;

export const namedExports: Rule = {
  name: 'exports have names, except in configuration files',
  check: (repository) =>
    codeOf(repository)
      .filter((file) => !configFile.test(file.path))
      .flatMap((file) =>
        [...nodesOf(file.tree())].filter(isDefaultExport).map((node) => ({
          path: file.path,
          line: lineOf(node),
          problem: 'a default export',
          fix: 'export it by its name',
        })),
      ),
};

/** The index files that package.json names; any other would hide where things are. */
const indexFiles = /^([\w-]+|examples\/[\w-]+)\/src\/index\.ts$|^agent\/src\/(checks|testing)\/index\.ts$/;

export const indexes: Rule = {
  name: 'a workspace has one index.ts, and only index files pass everything on',
  check: (repository) =>
    codeOf(repository).flatMap((file) => {
      if (indexFiles.test(file.path)) return [];
      const line = (at: number, problem: string, fix: string) => [
        { path: file.path, line: at, problem, fix },
      ];
      if (/(^|\/)index\.tsx?$/.test(file.path)) {
        return line(1, 'an index file inside a workspace', 'name the file for what it does');
      }
      const passesOn = file
        .tree()
        .statements.find((node) => ts.isExportDeclaration(node) && !node.exportClause);
      return passesOn ? line(lineOf(passesOn), '`export *`', 'export from the file that has it') : [];
    }),
};

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some((one) => one.kind === ts.SyntaxKind.DefaultKeyword)
  );
}
