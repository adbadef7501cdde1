import ts from 'typescript';
import type { Rule } from '../repository.ts';
import { codeOf, lineOf, nodesOf } from '../syntax.ts';

const maxWords = 12;

export const testTitles: Rule = {
  name: `a test's title is a behaviour in at most ${maxWords} words`,
  check: (repository) =>
    codeOf(repository)
      .filter((file) => /\.test\.tsx?$/.test(file.path))
      .flatMap((file) =>
        [...nodesOf(file.tree())].flatMap((node) => {
          const title = titleOf(node);
          if (title === undefined) return [];
          const words = title.split(/\s+/).length;
          const finding = { path: file.path, line: lineOf(node) };
          if (/\bshould\b/.test(title)) {
            return [{ ...finding, problem: `"${title}"`, fix: 'say what it does, without "should"' }];
          }
          if (words <= maxWords) return [];
          return [
            {
              ...finding,
              problem: `"${title}" has ${words} words`,
              fix: `at most ${maxWords}: say it shorter`,
            },
          ];
        }),
      ),
};

function titleOf(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || !/^(test|it|testWhere)\b/.test(node.expression.getText()))
    return undefined;
  const [title] = node.arguments;
  return title !== undefined && ts.isStringLiteralLike(title) ? title.text : undefined;
}
