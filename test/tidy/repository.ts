import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A text file of the repository. */
export interface SourceFile {
  /** Relative to the root, with forward slashes: "agent/src/index.ts". */
  readonly path: string;
  readonly text: string;
  /** The syntax tree, parsed when it is first asked for. */
  readonly tree: () => ts.SourceFile;
}

export interface Repository {
  readonly files: readonly SourceFile[];
  /** Whether this path, relative to the root, is a file. */
  readonly has: (path: string) => boolean;
}

/** What a rule has against a line, and what would mend it. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly problem: string;
  readonly fix: string;
}

export interface Rule {
  /** The rule as a sentence: it is the title of its test. */
  readonly name: string;
  readonly check: (repository: Repository) => Finding[];
}

const skippedFolders = new Set(['node_modules', 'dist', '.git', '.tsc', 'coverage']);
const textFile = /\.(ts|tsx|mjs|css|html|json|md)$/;

/** Every text file that people write. */
export function readRepository(root: string): Repository {
  const all = listFiles(root, '');
  const written = all.filter((file) => textFile.test(file) && file !== 'package-lock.json');
  const texts = written.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]);
  return repositoryOf(Object.fromEntries(texts), all);
}

/** A repository of these texts by path; `all` names the files that are no text as well. */
export function repositoryOf(
  texts: Readonly<Record<string, string>>,
  all: readonly string[] = Object.keys(texts),
): Repository {
  const files = Object.entries(texts).map(([file, text]) => sourceFile(file, text));
  const paths = new Set(all);
  return { files, has: (file) => paths.has(file) };
}

/** The findings of a rule: "path:line: problem", and the fix below it. */
export function findingsOf(rule: Rule, repository: Repository): string[] {
  return rule
    .check(repository)
    .map(({ path: file, line, problem, fix }) => `${file}:${line}: ${problem}\n    ${fix}`);
}

function listFiles(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : listFiles(root, name);
    return entry.isFile() ? [name] : [];
  });
}

function sourceFile(file: string, text: string): SourceFile {
  let tree: ts.SourceFile | undefined;
  const kind = file.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return {
    path: file,
    text,
    tree: () => (tree ??= ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true, kind)),
  };
}
