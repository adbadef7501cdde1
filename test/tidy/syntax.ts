import ts from 'typescript';
import type { Repository, SourceFile } from './repository.ts';

/** An import, a re-export or an `import()` with a fixed name. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** The files that hold code. */
export function codeOf(repository: Repository): SourceFile[] {
  return repository.files.filter((file) => /\.(ts|tsx|mjs)$/.test(file.path));
}

/** Every node of a file, parents before children. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** The line of a node, from 1. */
export function lineOf(node: ts.Node): number {
  const tree = node.getSourceFile();
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** What a file imports, in order. */
export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = [];
  for (const node of nodesOf(file.tree())) {
    const name = importedName(node);
    if (name !== undefined) imports.push({ specifier: name.text, line: lineOf(name) });
  }
  return imports;
}

function importedName(node: ts.Node): ts.StringLiteralLike | undefined {
  const name =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : dynamicImportName(node);
  return name !== undefined && ts.isStringLiteralLike(name) ? name : undefined;
}

function dynamicImportName(node: ts.Node): ts.Node | undefined {
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (!ts.isCallExpression(node)) return undefined;
  return node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined;
}
