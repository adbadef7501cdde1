import ts from 'typescript';
import type { Rule, SourceFile } from '../repository.ts';
import { codeOf, nodesOf } from '../syntax.ts';

const held = /^(shared|agent|collector|dashboard|cli|examples\/[\w-]+)\/src\/|^test\/support\//;

export const assertions: Rule = {
  name: 'a type assertion says why it holds',
  check: (repository) =>
    codeOf(repository)
      .filter((file) => held.test(file.path))
      .flatMap((file) =>
        [...nodesOf(file.tree())]
          .filter((node) => ts.isAsExpression(node) && node.type.getText() !== 'const')
          .filter((node) => !hasReason(file, node))
          .map((node) => ({
            path: file.path,
            line: lastLine(file, node) + 1,
            problem: '`as` without a reason',
            fix: 'let the types prove it, or say why it holds: `as Name; // checked above`',
          })),
      ),
};

/** A comment at the end of the assertion's line, or right above its statement. */
function hasReason(file: SourceFile, node: ts.Node): boolean {
  const lines = file.text.split('\n');
  if (/\/\/ \w/.test(lines[lastLine(file, node)] ?? '')) return true;
  const statement = ts.findAncestor(node, ts.isStatement) ?? node;
  const firstLine = file.tree().getLineAndCharacterOfPosition(statement.getStart()).line;
  return /^\s*\/\/ \w/.test(lines[firstLine - 1] ?? '');
}

function lastLine(file: SourceFile, node: ts.Node): number {
  return file.tree().getLineAndCharacterOfPosition(node.end).line;
}
