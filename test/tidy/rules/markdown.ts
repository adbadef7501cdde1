import path from 'node:path';
import type { Finding, Repository, Rule, SourceFile } from '../repository.ts';

interface Line {
  readonly text: string;
  readonly number: number;
}

export const headings: Rule = {
  name: 'a document has one first-level heading, and starts with it',
  check: ({ files }) =>
    files
      .filter((file) => file.path.endsWith('.md'))
      .flatMap((file) => {
        const lines = proseOf(file);
        const titles = lines.filter(({ text }) => text.startsWith('# '));
        if (!file.text.startsWith('# '))
          return [at(file, 1, ['does not start with a title', 'begin with "# Title"'])];
        return titles.slice(1).map(({ number }) => at(file, number, ['a second title', 'use "##"']));
      }),
};

export const links: Rule = {
  name: 'relative links in documents lead somewhere',
  check: (repository) =>
    repository.files
      .filter((file) => file.path.endsWith('.md'))
      .flatMap((file) =>
        proseOf(file).flatMap((line) =>
          [...line.text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) =>
            checkLink({ repository, file, line, target }),
          ),
        ),
      ),
};

function checkLink(link: {
  repository: Repository;
  file: SourceFile;
  line: Line;
  target: string;
}): Finding[] {
  const { repository, file, line, target } = link;
  if (/^[a-z]+:/.test(target)) return [];
  const [place = '', anchor] = target.split('#');
  const wanted = place === '' ? file.path : path.posix.join(path.posix.dirname(file.path), place);
  const folder = wanted.endsWith('/') ? wanted : `${wanted}/`;
  const document = repository.files.find((one) => one.path === wanted);
  if (
    document === undefined &&
    !repository.has(wanted) &&
    !repository.files.some((one) => one.path.startsWith(folder))
  ) {
    return [at(file, line.number, [`the link ${target} leads nowhere`, `there is no ${wanted}`])];
  }
  if (anchor === undefined || document === undefined || anchorsOf(document).has(anchor)) return [];
  return [
    at(file, line.number, [`the link ${target} leads nowhere`, `${wanted} has no heading of that name`]),
  ];
}

/** The names by which a page's headings can be linked, as GitHub makes them. */
function anchorsOf(file: SourceFile): Set<string> {
  const names = proseOf(file)
    .filter(({ text }) => /^#+ /.test(text))
    .map(({ text }) => text.replace(/^#+ /, '').trim().toLowerCase());
  return new Set(names.map((name) => name.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')));
}

/** The lines outside of fenced blocks. */
function proseOf(file: SourceFile): Line[] {
  let isFenced = false;
  return file.text.split('\n').flatMap((text, index) => {
    const isFence = /^\s*(```|~~~)/.test(text);
    if (isFence) isFenced = !isFenced;
    return isFence || isFenced ? [] : [{ text, number: index + 1 }];
  });
}

function at({ path: file }: SourceFile, line: number, [problem, fix]: readonly [string, string]): Finding {
  return { path: file, line, problem, fix };
}
