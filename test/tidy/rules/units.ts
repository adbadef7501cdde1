import ts from 'typescript';
import type { Rule } from '../repository.ts';
import { codeOf, lineOf, nodesOf } from '../syntax.ts';

const withoutUnit = /(timeout|delay|interval|duration|latency|elapsed|deadline|ttl)$/i;

export const units: Rule = {
  name: 'a number that is a time says its unit in its name',
  check: (repository) =>
    codeOf(repository)
      .filter((file) => /\/src\//.test(file.path))
      .flatMap((file) =>
        [...nodesOf(file.tree())]
          .filter(
            (node) => ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) || ts.isParameter(node),
          )
          .filter(
            (node) =>
              node.type?.kind === ts.SyntaxKind.NumberKeyword && withoutUnit.test(node.name.getText()),
          )
          .map((node) => ({
            path: file.path,
            line: lineOf(node),
            problem: `\`${node.name.getText()}\` has no unit`,
            fix: `call it ${node.name.getText()}Ms, or …At for a moment`,
          })),
      ),
};
