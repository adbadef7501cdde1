import { expect, test } from 'vitest';
import { plant } from './planted.ts';
import { headings, links } from './rules/markdown.ts';
import { packages } from './rules/packages.ts';

test('names versions that differ and dependencies that are no pins', () => {
  const found = plant(packages, {
    'package.json': '{\n  "version": "1.2.0",\n  "devDependencies": { "vitest": "4.1.12" }\n}',
    'agent/package.json': '{\n  "version": "1.1.0",\n  "dependencies": { "ws": "^8.0.0" }\n}',
    'cli/package.json':
      '{\n  "version": "1.2.0",\n  "devDependencies": { "@holdfast/shared": "1.1.0", "vitest": "4.0.0" }\n}',
  });
  expect(found).toMatchInlineSnapshot(`
    "agent/package.json:2: version 1.1.0, the root has 1.2.0
        set it to 1.2.0
    agent/package.json:3: ws at the range ^8.0.0
        pin an exact version
    cli/package.json:3: @holdfast/shared at 1.1.0
        pin it to 1.2.0
    cli/package.json:3: vitest at 4.0.0
        another workspace has 4.1.12: use one"
  `);
});

test('a document has one title, at its start; fenced lines are none', () => {
  const found = plant(headings, {
    'a.md': '# A\n\n```sh\n# a comment\n```\n\n## More\n',
    'b.md': 'Text\n\n# B\n',
    'c.md': '# C\n\n# D\n',
  });
  expect(found).toMatchInlineSnapshot(`
    "b.md:1: does not start with a title
        begin with "# Title"
    c.md:3: a second title
        use "##""
  `);
});

test('a relative link leads to a file or a heading', () => {
  const found = plant(links, {
    'README.md': [
      '# Title',
      '[a](docs/a.md) [folder](docs/) [part](docs/a.md#how-it-works)',
      '[web](https://example.com/x) [own](#title)',
      '[gone](docs/b.md) [no part](docs/a.md#why)',
    ].join('\n'),
    'docs/a.md': '# A\n\n## How it works\n\n[up](../README.md)\n[wrong](README.md)\n',
  });
  expect(found).toMatchInlineSnapshot(`
    "README.md:4: the link docs/b.md leads nowhere
        there is no docs/b.md
    README.md:4: the link docs/a.md#why leads nowhere
        docs/a.md has no heading of that name
    docs/a.md:6: the link README.md leads nowhere
        there is no docs/README.md"
  `);
});
