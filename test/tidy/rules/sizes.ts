import ts from 'typescript';
import type { Finding, Rule, SourceFile } from '../repository.ts';
import { codeOf, lineOf, nodesOf } from '../syntax.ts';

const limits = { fileLines: 300, functionLines: 60, componentLines: 80, lineColumns: 110, parameters: 3 };

const measured = /\.(ts|tsx|mjs|css|html)$|^ARCHITECTURE\.md$/;

export const fileLength: Rule = {
  name: `a file has at most ${limits.fileLines} lines`,
  check: ({ files }) =>
    files
      .filter((file) => measured.test(file.path))
      .map((file) => ({ file, lines: file.text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > limits.fileLines)
      .map(({ file, lines }) => ({
        path: file.path,
        line: limits.fileLines,
        problem: `${lines} lines, at most ${limits.fileLines}`,
        fix: 'move one of its jobs to a file that is named for it',
      })),
};

export const lineLength: Rule = {
  name: `a line has at most ${limits.lineColumns} columns`,
  check: ({ files }) =>
    files
      .filter((file) => measured.test(file.path) && !file.path.endsWith('.md'))
      .flatMap((file) =>
        file.text.split('\n').flatMap((text, index) => {
          if (text.length <= limits.lineColumns || isInSnapshot(file, index)) return [];
          const problem = `${text.length} columns, at most ${limits.lineColumns}`;
          return [{ path: file.path, line: index + 1, problem, fix: 'break the line' }];
        }),
      ),
};

export const functionLength: Rule = {
  name: `a function has at most ${limits.functionLines} lines, a component ${limits.componentLines}`,
  check: (repository) => codeOf(repository).flatMap((file) => longFunctions(file)),
};

export const parameterCount: Rule = {
  name: `a function has at most ${limits.parameters} positional parameters`,
  check: (repository) => codeOf(repository).flatMap((file) => wideFunctions(file)),
};

/** Whether a line of a test is part of a screen that stands there as it was shown. */
function isInSnapshot(file: SourceFile, line: number): boolean {
  if (!/\.test\.tsx?$/.test(file.path)) return false;
  const lineAt = (position: number): number => file.tree().getLineAndCharacterOfPosition(position).line;
  return [...nodesOf(file.tree())].some(
    (node) =>
      ts.isNoSubstitutionTemplateLiteral(node) && lineAt(node.getStart()) < line && line < lineAt(node.end),
  );
}

function longFunctions(file: SourceFile): Finding[] {
  return functionsOf(file).flatMap((node) => {
    if (isCallbackOf(node, 'describe')) return [];
    const limit = isComponent(file, node) ? limits.componentLines : limits.functionLines;
    const tree = file.tree();
    const lines = tree.getLineAndCharacterOfPosition(node.end).line + 2 - lineOf(node);
    if (lines <= limit) return [];
    const problem = `${nameOf(node)} has ${lines} lines, at most ${limit}`;
    return [{ path: file.path, line: lineOf(node), problem, fix: 'move steps into helpers below it' }];
  });
}

function wideFunctions(file: SourceFile): Finding[] {
  return functionsOf(file).flatMap((node) => {
    // What is handed to a call has the parameters that the callee gives it.
    if (ts.isCallExpression(node.parent) || node.parameters.length <= limits.parameters) return [];
    const problem = `${nameOf(node)} has ${node.parameters.length} parameters, at most ${limits.parameters}`;
    return [{ path: file.path, line: lineOf(node), problem, fix: 'take an object with named members' }];
  });
}

function functionsOf(file: SourceFile): ts.FunctionLikeDeclaration[] {
  return [...nodesOf(file.tree())].filter(
    (node): node is ts.FunctionLikeDeclaration =>
      ts.isFunctionLike(node) && 'body' in node && node.body !== undefined,
  );
}

function isCallbackOf(node: ts.Node, name: string): boolean {
  if (!ts.isCallExpression(node.parent)) return false;
  const callee = node.parent.expression.getText();
  return callee === name || callee.startsWith(`${name}.`);
}

function isComponent(file: SourceFile, node: ts.FunctionLikeDeclaration): boolean {
  return file.path.endsWith('.tsx') && /^[A-Z]/.test(nameOf(node));
}

function nameOf(node: ts.FunctionLikeDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return 'the constructor';
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
    ? parent.name.getText()
    : 'a function';
}
